/** The filter of system calls for programs inside: ways around the sandbox that namespaces leave open. Linux reads it as classic BPF. */

/** As `struct sock_filter`: where the condition holds, `yes` instructions are skipped, else `no`. */
interface Instruction {
  code: number;
  yes: number;
  no: number;
  value: number;
}

interface Machine {
  /** `AUDIT_ARCH_*`. */
  audit: number;
  denied: readonly number[];
  calls: { socket: number; ioctl: number; clone: number; unshare: number; clone3: number };
}

/**
 * Denied on either machine: syslog, mount, umount2, pivot_root, add_key, request_key, keyctl (keys of a session are in no namespace),
 * perf_event_open, fanotify_init, open_by_handle_at, setns, bpf, userfaultfd, io_uring_setup (its rings do what this filter would see),
 * open_tree, move_mount, fsopen, fsmount, mount_setattr. Those from 425 on have one number everywhere.
 */
const NEWER = [425, 428, 429, 430, 432, 442];
const MACHINES: Record<string, Machine> = {
  x64: {
    audit: 0xc000003e,
    denied: [103, 155, 165, 166, 248, 249, 250, 298, 300, 304, 308, 321, 323, ...NEWER],
    calls: { socket: 41, ioctl: 16, clone: 56, unshare: 272, clone3: 435 },
  },
  arm64: {
    audit: 0xc00000b7,
    denied: [116, 41, 40, 39, 217, 218, 219, 241, 262, 265, 268, 280, 282, ...NEWER],
    calls: { socket: 198, ioctl: 29, clone: 220, unshare: 97, clone3: 435 },
  },
};

const EPERM = 1;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;
/** AF_UNIX, AF_INET, AF_INET6, AF_NETLINK; without AF_VSOCK, which reaches a virtual machine's host from every network namespace. */
const FAMILIES = [1, 2, 10, 16];
/** TIOCSTI and TIOCLINUX, which type into a terminal. */
const TYPING = [0x5412, 0x541c];
const CLONE_NEWUSER = 0x10000000;
/** On x64, numbers from here on are those of its 32-bit sibling. */
const X32 = 0x40000000;

/** Offsets in `struct seccomp_data`; of an argument its lower half. */
const NUMBER = 0;
const ARCHITECTURE = 4;
const FIRST = 16;
const SECOND = 24;

const ALLOW = { code: 0x06, yes: 0, no: 0, value: 0x7fff0000 };

/** Null: there is none for this kind of machine. */
export function seccompFilter(machine: string): Buffer | null {
  const known = MACHINES[machine];
  if (known === undefined) return null;
  const { audit, denied, calls } = known;
  const program: Instruction[] = [
    load(ARCHITECTURE),
    { code: 0x15, yes: 1, no: 0, value: audit },
    fail(ENOSYS),
    load(NUMBER),
    ...(machine === "x64" ? [{ code: 0x35, yes: 0, no: 1, value: X32 }, fail(ENOSYS)] : []),
    ...denied.flatMap((call) => when(call, [fail(EPERM)])),
    // What it is asked for lies in memory, which no filter reads; the C library then takes `clone`.
    ...when(calls.clone3, [fail(ENOSYS)]),
    ...when(calls.socket, [
      load(FIRST),
      ...FAMILIES.flatMap((family) => when(family, [ALLOW])),
      fail(EAFNOSUPPORT),
    ]),
    ...when(calls.ioctl, [load(SECOND), ...TYPING.flatMap((request) => when(request, [fail(EPERM)])), ALLOW]),
    ...[calls.clone, calls.unshare].flatMap((call) =>
      when(call, [load(FIRST), { code: 0x45, yes: 0, no: 1, value: CLONE_NEWUSER }, fail(EPERM), ALLOW]),
    ),
    ALLOW,
  ];
  return Buffer.concat(program.map(encoded));
}

function load(offset: number): Instruction {
  return { code: 0x20, yes: 0, no: 0, value: offset };
}

function fail(errno: number): Instruction {
  return { code: 0x06, yes: 0, no: 0, value: 0x00050000 + errno };
}

/** `then` has to end with an answer, for what is loaded is another value after it. */
function when(value: number, then: readonly Instruction[]): Instruction[] {
  return [{ code: 0x15, yes: 0, no: then.length, value }, ...then];
}

function encoded({ code, yes, no, value }: Instruction): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt8(yes, 2);
  bytes.writeUInt8(no, 3);
  bytes.writeUInt32LE(value, 4);
  return bytes;
}
