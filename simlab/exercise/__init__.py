"""What the learner's kernel holds: checks, answers, workspace, submitting."""
