/** A pack is measured before git unpacks it: honest ones pass, whatever they are made of, and bombs do not. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { expect, it } from "vitest";
import { packProblem } from "../../../src/runner/git/pack-size.ts";
import { run } from "../task-server.ts";

const BLOB = 3;
const OFS_DELTA = 6;

function pack(count: number, ...entries: Buffer[]): Buffer {
  const header = Buffer.from("PACK\0\0\0\x02\0\0\0\0", "latin1");
  header.writeUInt32BE(count, 8);
  return Buffer.concat([header, ...entries, Buffer.alloc(20)]);
}

/** `says`: how many bytes it claims to have. */
function entry(type: number, data: Buffer, { says = data.length, base = Buffer.alloc(0) } = {}): Buffer {
  const bytes = [(type << 4) | (says % 16)];
  for (let rest = Math.floor(says / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 128;
    bytes.push(rest % 128);
  }
  return Buffer.concat([Buffer.from(bytes), base, deflateSync(data)]);
}

function varint(value: number): number[] {
  const bytes = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 128;
    bytes.push(rest % 128);
  }
  return bytes;
}

it("lets the packs of git pass, with deltas of both kinds", () => {
  const root = mkdtempSync(join(tmpdir(), "gza-pack-"));
  run(root, "init", "--quiet", "--initial-branch=main");
  const lines = Array.from({ length: 3000 }, (_, line) => `line ${line} of a file that changes a little`);
  for (let round = 0; round < 6; round += 1) {
    lines[round * 100] = `changed in round ${round}`;
    writeFileSync(join(root, "a.txt"), lines.join("\n"));
    run(root, "add", "--all");
    run(root, "commit", "--quiet", "-m", `Round ${round}`);
  }
  const packed = (...args: string[]): Buffer =>
    execFileSync("git", ["pack-objects", "--stdout", "--revs", "--quiet", ...args], {
      cwd: root,
      input: "HEAD\n",
    });

  expect(packProblem(packed())).toBeNull();
  expect(packProblem(packed("--delta-base-offset"))).toBeNull();
  rmSync(root, { recursive: true });
});

it("lets an empty object pass", () => {
  expect(packProblem(pack(1, entry(BLOB, Buffer.alloc(0))))).toBeNull();
});

it.each([
  ["no pack", Buffer.from("nothing"), /does not hold a pack/],
  ["more objects than anybody makes", pack(4_000_000_000), /at most 100000/],
  ["fewer objects than it says", pack(2, entry(BLOB, Buffer.from("one"))), /not as long|breaks off/],
  [
    "an object that says that it is huge",
    pack(1, entry(BLOB, Buffer.from("x"), { says: 2 ** 40 })),
    /at most/,
  ],
  [
    "an object that is longer than it says",
    pack(1, entry(BLOB, Buffer.alloc(1_000_000), { says: 10 })),
    /not as long as it says/,
  ],
  [
    "many that together are too much",
    pack(6, ...Array.from({ length: 6 }, () => entry(BLOB, Buffer.alloc(99 * 1024 * 1024)))),
    /unpacks to more than/,
  ],
  [
    "a delta that grows without bound",
    pack(
      2,
      entry(BLOB, Buffer.from("base")),
      entry(OFS_DELTA, Buffer.from([4, ...varint(2 ** 40), 0x90, 4]), { base: Buffer.from([14]) }),
    ),
    /at most/,
  ],
])("refuses %s", (_, bytes, why) => {
  expect(packProblem(bytes)).toMatch(why);
});

it("refuses a chain of deltas without end", () => {
  const first = entry(BLOB, Buffer.from("base"));
  const delta = entry(OFS_DELTA, Buffer.from([4, 4, 0x90, 4]), { base: Buffer.from([first.length]) });
  // Each builds on the one right before it.
  const next = entry(OFS_DELTA, Buffer.from([4, 4, 0x90, 4]), { base: Buffer.from([delta.length]) });

  const entries = [first, delta, ...Array.from({ length: 300 }, () => next)];

  expect(packProblem(pack(entries.length, ...entries))).toMatch(/build on more than 250/);
});
