from tests.adapters.conformance import Conformance


class TestPeoplesAppeal(Conformance):
    platform = "peoples_appeal"
