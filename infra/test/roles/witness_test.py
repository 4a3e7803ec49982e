"""What witnesses do, on a network, a clock and an etcd of this test's own. argv: the folder of the program, then what unittest takes."""

import socket
import sys
import time
import unittest
from unittest import mock

sys.path.insert(0, sys.argv.pop(1))
sys.dont_write_bytecode = True

import silence  # noqa: E402
import witness  # noqa: E402
from gateway import Found  # noqa: E402

witness.say = lambda text: None

MEMBERS = {"s1": "10.0.0.1", "s2": "10.0.0.2", "s3": "10.0.0.3"}
STRICT = '{"synchronous_mode": "quorum", "synchronous_mode_strict": true}'
LEADER = "/service/test/leader"


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


class Etcd:
    """One for all; `is_away` for whom it does not answer."""

    def __init__(self):
        self.keys = {}
        self.revision = 0
        self.set("/service/test/config", STRICT)
        self.set("/service/test/sync", '{"leader": "s1", "sync_standby": "s2,s3", "quorum": 1}')
        self.lead("s1")

    def set(self, key, value, lease=None):
        self.revision += 1
        self.keys[key] = Found(value, self.revision, lease)

    def lead(self, name):
        """As Patroni does: the same lease for a member as long as it lives."""
        self.set(LEADER, name, "lease of " + name)

    @property
    def leader(self):
        found = self.keys.get(LEADER)
        return found and found.value


class View:
    """Etcd as one server sees it, with a note of what was done."""

    def __init__(self, etcd, deeds):
        self.etcd, self.deeds, self.is_away, self.stale = etcd, deeds, False, None
        self.revoked, self.cannot_revoke = [], False

    def _here(self):
        if self.is_away:
            raise OSError("timed out")

    def get(self, key, is_local=False):
        if is_local and self.stale is not None:
            return self.stale
        if not is_local:
            self._here()
        return self.etcd.keys.get(key)

    def lease(self, seconds):
        self._here()
        return "7"

    def put(self, key, value, lease):
        self._here()
        self.deeds.append("vote")
        self.etcd.set(key, value)

    def revoke(self, lease):
        self._here()
        if self.cannot_revoke:
            raise OSError("timed out")
        self.revoked.append(lease)

    def delete_if(self, key, conditions):
        self._here()
        for wanted, value, revision in conditions:
            found = self.etcd.keys.get(wanted)
            if found is None or found.value != value or revision not in (None, found.revision):
                return False
        self.etcd.keys.pop(key, None)
        return True


class Fence:
    def __init__(self, deeds):
        self.closed, self.deeds = set(), deeds

    def close_to(self, address):
        self.closed.add(address)
        self.deeds.append("fence")

    def open_to(self, address):
        self.closed.discard(address)


class Server:
    """A witness, and whom it reaches."""

    def __init__(self, name, etcd, clock):
        self.deeds = []
        self.reaches = {"10.0.0.1": set(silence.PORTS), "10.0.0.2": set(silence.PORTS), "10.0.0.3": set(silence.PORTS)}
        self.view, self.fence, self.clock = View(etcd, self.deeds), Fence(self.deeds), clock
        settings = {"name": name, "members": MEMBERS, "scope": "test"}
        self.witness = witness.Witness(settings, self.view, self.fence, self.probes, clock, lambda seconds: None)

    def probes(self, address, silence, now):
        server = self

        class Probes:
            def round(self, now, wait):
                for port in server.reaches[address]:
                    silence.answer(port, now)

            def close(self):
                pass

        return Probes()

    def lose(self, address, ports=silence.PORTS):
        self.reaches[address] -= set(ports)

    def find(self, address):
        self.reaches[address] = set(silence.PORTS)


class Unmarked(socket.socket):
    """Marks are for root."""

    def setsockopt(self, level, option, value):
        if option != socket.SO_MARK:
            super().setsockopt(level, option, value)


class Knocks(unittest.TestCase):
    """At this machine's own ports: a real kernel answers."""

    def setUp(self):
        self.loud = socket.create_server(("127.0.0.1", 0))
        self.loud.settimeout(0.05)
        closed = socket.create_server(("127.0.0.1", 0))
        quiet = closed.getsockname()[1]
        closed.close()
        loud = self.loud.getsockname()[1]
        patched = {"QUIET_PORT": quiet, "LOUD_PORTS": (loud,), "PORTS": (quiet, loud)}
        patches = [mock.patch.object(silence, name, value) for name, value in patched.items()]
        for patch in [*patches, mock.patch.object(socket, "socket", Unmarked)]:
            patch.start()
            self.addCleanup(patch.stop)
        self.addCleanup(self.loud.close)
        self.silence = silence.Silence(time.monotonic())
        self.probes = silence.Probes("127.0.0.1", self.silence, time.monotonic())
        self.addCleanup(self.probes.close)

    def knock_for(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.probes.round(time.monotonic(), 0.05)

    def test_a_refusal_is_a_sign_of_life_and_no_program_is_bothered(self):
        self.knock_for(1)
        self.assertLess(time.monotonic() - self.silence.answered[silence.QUIET_PORT], 0.3)
        self.assertRaises(TimeoutError, self.loud.accept)

    def test_a_server_that_refuses_nothing_is_asked_where_programs_listen(self):
        really = self.probes._knock
        self.probes._knock = lambda port, now: None if port == silence.QUIET_PORT else really(port, now)
        self.knock_for(1)
        self.loud.accept()
        self.assertFalse(self.silence.is_long(time.monotonic()))
        self.assertLess(time.monotonic() - max(self.silence.answered.values()), 0.4)


class Witnesses(unittest.TestCase):
    def setUp(self):
        self.clock, self.etcd = Clock(), Etcd()
        self.s2, self.s3 = (Server(name, self.etcd, self.clock) for name in ("s2", "s3"))
        self.run_for(1)

    def run_for(self, seconds, *servers):
        for _ in range(round(seconds / 0.05)):
            self.clock.now += 0.05
            for server in servers or (self.s2, self.s3):
                server.witness.round()

    def lose_primary(self):
        for server in (self.s2, self.s3):
            server.lose("10.0.0.1")

    def test_a_server_that_no_witness_reaches_is_deposed_and_both_are_fenced(self):
        self.lose_primary()
        self.run_for(silence.PATIENCE + 0.2)
        self.assertIsNone(self.etcd.leader)
        for server in (self.s2, self.s3):
            self.assertEqual(server.fence.closed, {"10.0.0.1"})

    def test_the_lease_of_who_is_deposed_ends_too_and_every_witness_sees_to_it(self):
        self.lose_primary()
        self.run_for(silence.PATIENCE + 0.2)
        self.assertIn(["lease of s1"], [self.s2.view.revoked, self.s3.view.revoked])
        self.run_for(1.5)
        self.assertEqual((self.s2.view.revoked, self.s3.view.revoked), (["lease of s1"], ["lease of s1"]))

    def test_a_lease_that_could_not_be_ended_is_ended_later(self):
        self.lose_primary()
        self.s2.view.cannot_revoke = self.s3.view.cannot_revoke = True
        self.run_for(5)
        self.s2.view.cannot_revoke = False
        self.run_for(1.5)
        self.assertEqual((self.etcd.leader, self.s2.view.revoked), (None, ["lease of s1"]))

    def test_the_lease_of_who_was_found_again_stays(self):
        self.s2.lose("10.0.0.1")
        self.run_for(5)
        self.s2.find("10.0.0.1")
        self.run_for(1)
        self.etcd.lead("s3")
        self.run_for(5)
        self.assertEqual((self.s2.view.revoked, self.s3.view.revoked), ([], []))

    def test_nobody_is_deposed_before_the_patience_is_over(self):
        self.lose_primary()
        self.run_for(silence.PATIENCE - 0.2)
        self.assertEqual((self.etcd.leader, self.s2.deeds, self.s3.deeds), ("s1", [], []))

    def test_a_pause_of_two_seconds_is_no_loss(self):
        self.lose_primary()
        self.run_for(2)
        for server in (self.s2, self.s3):
            server.find("10.0.0.1")
        self.run_for(5)
        self.assertEqual((self.etcd.leader, self.s2.deeds), ("s1", []))

    def test_a_server_with_one_port_that_answers_is_there(self):
        for server in (self.s2, self.s3):
            server.lose("10.0.0.1", [2379])
        self.run_for(20)
        self.assertEqual((self.etcd.leader, self.s2.deeds), ("s1", []))

    def test_one_witness_alone_deposes_nobody_and_takes_all_back(self):
        self.s2.lose("10.0.0.1")
        self.run_for(30)
        self.assertEqual(self.etcd.leader, "s1")
        self.assertEqual(self.s2.fence.closed, {"10.0.0.1"})
        self.s2.find("10.0.0.1")
        self.run_for(1)
        self.assertEqual((self.s2.fence.closed, self.etcd.leader), (set(), "s1"))
        self.assertNotIn("/scale-up/test/gone/s2", self.etcd.keys)

    def test_the_fence_is_there_before_the_vote(self):
        self.lose_primary()
        self.run_for(silence.PATIENCE + 0.2)
        self.assertEqual(self.s2.deeds[:2], ["fence", "vote"])

    def test_a_vote_that_was_taken_back_counts_no_more(self):
        self.s2.lose("10.0.0.1")
        self.run_for(4)
        self.s2.find("10.0.0.1")
        self.run_for(1)
        self.s3.lose("10.0.0.1")
        self.run_for(10)
        self.assertEqual(self.etcd.leader, "s1")

    def test_a_vote_that_was_used_cannot_be_taken_back_and_its_fence_stays(self):
        self.lose_primary()
        self.run_for(silence.PATIENCE + 0.2, self.s2)
        # The other one deposes while this one hears of the primary again.
        self.run_for(silence.PATIENCE + 0.2, self.s3)
        self.s2.find("10.0.0.1")
        self.assertIsNone(self.etcd.leader)
        self.s2.witness.round()
        self.assertEqual(self.s2.fence.closed, {"10.0.0.1"})

    def test_witnesses_that_stood_still_begin_anew(self):
        self.lose_primary()
        self.clock.now += 10
        self.run_for(0.5)
        self.assertEqual((self.etcd.leader, self.s2.deeds), ("s1", []))

    def test_a_witness_that_is_always_late_believes_nothing(self):
        self.lose_primary()
        for _ in range(50):
            self.clock.now += silence.HICCUP + 0.1
            for server in (self.s2, self.s3):
                server.witness.round()
        self.assertEqual((self.etcd.leader, self.s2.deeds), ("s1", []))

    def test_without_a_majority_of_etcd_nobody_is_deposed(self):
        self.lose_primary()
        for server in (self.s2, self.s3):
            server.view.is_away = True
        self.run_for(30)
        self.assertEqual((self.etcd.leader, self.s2.fence.closed), ("s1", set()))

    def test_a_primary_whose_commits_wait_for_nobody_is_left_to_patroni(self):
        for broken in (STRICT.replace("quorum", "off"), STRICT.replace("true", "false")):
            self.etcd.set("/service/test/config", broken)
            self.lose_primary()
            self.run_for(10)
            self.assertEqual((self.etcd.leader, self.s2.deeds), ("s1", []))

    def test_a_deposed_primary_stays_fenced_while_another_one_leads(self):
        self.lose_primary()
        self.run_for(silence.PATIENCE + 0.2)
        self.etcd.lead("s2")
        for server in (self.s2, self.s3):
            server.find("10.0.0.1")
        self.run_for(10)
        self.assertEqual(self.s3.fence.closed, {"10.0.0.1"})

    def test_who_leads_by_right_again_is_not_fenced_any_more(self):
        self.lose_primary()
        self.run_for(silence.PATIENCE + 0.2)
        for server in (self.s2, self.s3):
            server.find("10.0.0.1")
        self.etcd.lead("s1")
        self.run_for(2)
        self.assertEqual((self.s2.fence.closed, self.s3.fence.closed), (set(), set()))

    def test_an_old_word_of_etcd_opens_no_fence(self):
        before = self.etcd.keys[LEADER]
        self.lose_primary()
        self.run_for(silence.PATIENCE + 0.2)
        self.etcd.lead("s2")
        self.run_for(2)
        self.s3.view.stale = before
        self.s3.find("10.0.0.1")
        self.run_for(5)
        self.assertEqual(self.s3.fence.closed, {"10.0.0.1"})

    def test_a_witness_that_was_started_anew_opens_its_fence_only_with_a_majority(self):
        fresh = Server("s3", self.etcd, self.clock)
        fresh.fence.closed.add("10.0.0.1")
        fresh.view.is_away = True
        self.run_for(5, fresh)
        self.assertEqual(fresh.fence.closed, {"10.0.0.1"})
        fresh.view.is_away = False
        self.run_for(2, fresh)
        self.assertEqual(fresh.fence.closed, set())

    def test_the_primary_accuses_nobody(self):
        first = Server("s1", self.etcd, self.clock)
        first.lose("10.0.0.2")
        first.lose("10.0.0.3")
        self.run_for(10, first)
        self.assertEqual(first.deeds, [])


unittest.main()
