"""A badge can be read by everyone, says what it is about, and is the same as picture and as JSON."""

from xml.etree import ElementTree

import pytest

from translator_cmk.badges import LABEL_COLOUR, LOOKS, PADDING, TEXT_COLOUR, Badge, Status, endpoint, svg

SVG = "{http://www.w3.org/2000/svg}"


def luminance(colour: str) -> float:
    """The relative luminance of a colour, as WCAG 2.2 defines it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, as WCAG 2.2 defines it."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_computed_as_wcag_defines_it() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("colour", [LABEL_COLOUR, *(look.colour for look in LOOKS.values())])
def test_text_on_a_badge_has_enough_contrast(colour: str) -> None:
    assert contrast(TEXT_COLOUR, colour) >= 4.5


def test_statuses_differ_without_colour() -> None:
    assert LOOKS.keys() == set(Status)
    assert len({look.glyph for look in LOOKS.values()}) == len(Status)
    assert len({status.value for status in Status}) == len(Status)


@pytest.mark.parametrize("status", Status)
def test_picture_names_subject_status_and_counts_to_everyone(status: Status) -> None:
    badge = Badge("model", status, "4 of 7 scenarios")
    picture = ElementTree.fromstring(svg(badge))
    spoken = f"model: {status.value}, 4 of 7 scenarios"
    assert picture.get("role") == "img"
    assert picture.get("aria-label") == picture.findtext(f"{SVG}title") == spoken
    assert [each.text for each in picture.iter(f"{SVG}text")] == ["model", f"{LOOKS[status].glyph} 4 of 7 scenarios"]


def test_status_is_spoken_once() -> None:
    assert Badge("model", Status.PASSED, "passed").spoken == "model: passed"


def test_any_subject_fits_into_a_well_formed_picture() -> None:
    badge = Badge('<vendor & "sons"> 1.0', Status.FAILED, "failed: 1 of 2 scenarios")
    picture = ElementTree.fromstring(svg(badge))
    label, message = picture.iter(f"{SVG}text")
    assert label.text == badge.label
    end_of_label = float(label.get("x", 0)) + float(label.get("textLength", 0))
    end_of_message = float(message.get("x", 0)) + float(message.get("textLength", 0))
    assert end_of_label + 2 * PADDING <= float(message.get("x", 0))
    assert end_of_message + PADDING <= float(picture.get("width", 0))


def test_json_says_what_the_picture_says() -> None:
    badge = Badge("model", Status.FAILED, "failed: 1 of 2 scenarios")
    assert endpoint(badge) == {
        "schemaVersion": 1,
        "label": "model",
        "message": "✘ failed: 1 of 2 scenarios",
        "color": LOOKS[Status.FAILED].colour.removeprefix("#"),
        "labelColor": LABEL_COLOUR.removeprefix("#"),
        "isError": True,
    }
