"""Why a form was refused, as its page tells it."""

import pytest

from cartback.domain.consent.signup import read_form
from cartback.domain.errors import Refused
from cartback.domain.intake.form_faults import FIELDS, faults_of
from cartback.texts import page


def test_every_field_that_a_form_is_refused_for_has_a_sentence_or_is_nobodys_to_mend():
    bad = {"email": ["x"], "phone": ["1"], "topics": ["spam"], "lang": ["fr"]}
    with pytest.raises(Refused) as refused:
        read_form(bad, ["demo.example"])
    assert set(faults_of(refused.value)) == set(FIELDS)


@pytest.mark.parametrize(
    ("status", "reason", "faults"),
    [
        (403, "x", ("elsewhere",)),
        (404, "x", ("closed",)),
        (429, "email: x", ("many",)),
        (415, "x", ("form",)),
    ],
)
def test_a_refusal_that_is_about_no_field_is_told_by_its_status(status, reason, faults):
    assert faults_of(Refused(reason, status)) == faults
    assert "demo" not in page("refused", "de", {"faults": faults})
