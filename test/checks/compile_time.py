"""A plugin's file compiles fast enough to be edited with joy: compile_time.py RATIO HEADER COMPILER [FLAG...]

It may cost RATIO times what <boost/asio.hpp> with <boost/json.hpp> costs, at -O0 without a precompiled header, in user
time. The two are compiled in turns, up to five times, and the best of each counts: how fast or busy the machine is does
not matter.
"""
import os
import subprocess
import sys

PEER = "#include <boost/asio.hpp>\n#include <boost/json.hpp>\n"


def seconds(command, source):
    before = os.times()
    subprocess.run([*command, "-O0", "-c", "-o", os.devnull, "-x", "c++", "-"], check=True, input=source, text=True)
    after = os.times()
    return after.children_user - before.children_user


def main():
    limit, header, command = float(sys.argv[1]), sys.argv[2], sys.argv[3:]
    ours = peer = float("inf")
    for turn in range(5):
        ours = min(ours, seconds(command, f'#include "{header}"\n'))
        peer = min(peer, seconds(command, PEER))
        if turn > 0 and ours <= limit * peer:
            break
    print(f"{ours:.2f} s of user time, {ours / peer:.2f} of Asio's and JSON's {peer:.2f} s; {limit} is allowed")
    sys.exit(ours > limit * peer)


main()
