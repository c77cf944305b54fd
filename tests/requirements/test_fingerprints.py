"""Fingerprints of sentences keep no words."""

from translator_cmk.requirements.fingerprints import joined_pair_hashes


def test_what_is_kept_to_find_near_matches_has_no_order_and_no_words() -> None:
    kept = joined_pair_hashes("The old lock stays on the door until the new key is cut.")
    thirds = [kept[at : at + 3] for at in range(0, len(kept), 3)]
    assert thirds == sorted(set(thirds))
    # twelve bits for a pair of words: a vocabulary of a thousand words has some 244 pairs for each
    # hash
    assert all(len(each) == 3 for each in thirds)
