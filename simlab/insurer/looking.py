"""Looking at a table of people: who is alone with what stands there, so that a name is not needed."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from simlab.errors import UnknownName

# What a birth date may be cut down to, and a place.
BIRTH = {"whole": "birth_date", "the year only": "birth_year", "left out": ""}
PLACE = {"three digits of the ZIP code": "zip3", "the State only": "state", "left out": ""}


def alone(people: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """The people whom nobody else shares these columns with: whoever knows the values knows the person.

    `people` is any table, one row a person. Raises UnknownName for a column that is not there. This is
    uniqueness in the table itself; whether a table is de-identified is another question (45 CFR 164.514(b)).
    """
    for column in columns:
        if column not in people.columns:
            raise UnknownName("column", column, people.columns)
    if not columns:
        return people.head(0) if len(people) != 1 else people
    return people[~people.duplicated(list(columns), keep=False)]


def with_year(members: pd.DataFrame) -> pd.DataFrame:
    """The members with a column `birth_year` beside their birth date."""
    return members.assign(birth_year=members["birth_date"].dt.year)
