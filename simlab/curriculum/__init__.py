"""The course as a whole: its story, its tracks, what a learner has done of it and what comes next."""
