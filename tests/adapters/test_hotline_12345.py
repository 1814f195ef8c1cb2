from tests.adapters.conformance import Conformance


class TestHotline12345(Conformance):
    platform = "hotline_12345"
