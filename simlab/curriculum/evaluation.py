"""What a learner is asked of a lesson: five statements, each from 1 (not at all) to 5 (fully)."""

from __future__ import annotations

STATEMENTS = {
    "use": "I can use this in my work this week.",
    "differently": "I will do at least one thing differently.",
    "clear": "I always knew what I was asked to do.",
    "fair": "The answers explained why, and were fair.",
    "time": "It was worth the time it took.",
}
