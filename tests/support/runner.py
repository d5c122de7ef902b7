# SPDX-License-Identifier: BSD-2-Clause
"""Runs unittest modules with a line for each test; shows the servers' logs where one fails.

    python3 -m support.runner [-k WORD]... MODULE...

A test is named by its method, as a sentence, and by the `subject` of its class ("postfix"). A test
case that has logs(), a dictionary of texts, gets them printed when it fails."""

import argparse
import signal
import sys
import textwrap
import time
import unittest


def sentence(test):
    method = getattr(test, "_testMethodName", None)
    if method is None:
        return str(test)  # a class whose setUpClass failed
    subject = getattr(test, "subject", type(test).__name__)
    return f"{subject}: {method.removeprefix('test_').replace('_', ' ')}"


class Result(unittest.TestResult):
    def __init__(self, stream):
        super().__init__()
        self.stream = stream
        self.passed = 0
        self.started = 0.0

    def startTest(self, test):
        super().startTest(test)
        self.started = time.monotonic()

    def say(self, outcome, test, note=""):
        seconds = time.monotonic() - self.started if self.started else 0
        print(f"{outcome:7} {sentence(test)}{note or f' ({seconds:.1f} s)'}", file=self.stream, flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1
        self.say("ok", test)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.say("skipped", test, f": {reason}")

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.explain(test, self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        self.explain(test, self.errors[-1][1])

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.explain(test, self._exc_info_to_string(err, test))

    def explain(self, test, text):
        self.say("FAILED", test)
        print(textwrap.indent(text, "    "), file=self.stream)
        logs = getattr(test, "logs", None)
        for name, log in (logs() if logs else {}).items():
            print(f"--- {name}\n{textwrap.indent(log, '    ')}", file=self.stream)
        self.stream.flush()


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="support.runner")
    parser.add_argument("-k", metavar="WORD", action="append", help="only tests with WORD in the name")
    parser.add_argument("module", nargs="+")
    options = parser.parse_args(arguments)

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as at Ctrl-C
    loader = unittest.TestLoader()
    if options.k:
        loader.testNamePatterns = [f"*{word.replace(' ', '_')}*" for word in options.k]
    result = Result(sys.stdout)
    loader.loadTestsFromNames(options.module).run(result)
    failed = len(result.failures) + len(result.errors)
    if result.skipped:
        print(f"{len(result.skipped)} skipped")
    print(f"{result.passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("interrupted")  # atexit ends the servers
