"""Passes frames between two network devices, those from A to B later: `delay-relay.py MILLISECONDS JITTER A=B …`.

For kernels without `tc netem`. A frame keeps its place; JITTER milliseconds at most are added by chance. Runs until it is ended.
Packets come as the kernel holds them, checksums not yet computed and segments not yet cut (PACKET_VNET_HDR, packet(7) and linux/virtio_net.h), and leave so.
"""

import collections
import random
import select
import socket
import sys
import time

SOL_PACKET = 263
PACKET_VNET_HDR = 15
PACKET_OUTGOING = 4
ETH_P_ALL = 3
# The largest segment that is not cut yet, with its headers.
LARGEST = 65_536 + 256


def device(name):
    """A socket that takes and gives every frame of a device."""
    end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    end.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    end.bind((name, 0))
    end.setblocking(False)
    return end


def take_all(end, queue, delay, jitter):
    """Takes what has come, and notes when it is to leave."""
    while True:
        try:
            frame, origin = end.recvfrom(LARGEST)
        except BlockingIOError:
            return
        if origin[2] == PACKET_OUTGOING:
            continue
        due = time.monotonic() + delay + random.random() * jitter
        queue.append((max(due, queue[-1][0]) if queue else due, frame))


def send_due(queue, end):
    """Sends what is due; a device that is full or down loses it, as a cable does."""
    now = time.monotonic()
    while queue and queue[0][0] <= now:
        try:
            end.send(queue.popleft()[1])
        except OSError:
            pass


def main(delay, jitter, pairs):
    ways = {}
    for pair in pairs:
        one, other = (device(name) for name in pair.split("="))
        ways[one] = (collections.deque(), other, delay, jitter)
        ways[other] = (collections.deque(), one, 0, 0)
    print("ready", flush=True)
    while True:
        dues = [queue[0][0] for queue, *_ in ways.values() if queue]
        wait = max(0, min(dues) - time.monotonic()) if dues else None
        for end in select.select(list(ways), [], [], wait)[0]:
            queue, _, late, chance = ways[end]
            take_all(end, queue, late, chance)
        for queue, end, *_ in ways.values():
            send_due(queue, end)


main(float(sys.argv[1]) / 1000, float(sys.argv[2]) / 1000, sys.argv[3:])
