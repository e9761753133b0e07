/** Only what GZA wrote, for this task and after this commit, is a record. */
import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { readRecord, recordMessage } from "../../src/github/read-record.ts";
import { recordKey, signRecord } from "../../src/github/sign.ts";
import { firstRecord } from "./first-record.ts";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const KEY = recordKey(privateKey.export({ type: "pkcs8", format: "pem" }).toString());
const OTHER = recordKey(
  generateKeyPairSync("rsa", { modulusLength: 2048 })
    .privateKey.export({ type: "pkcs8", format: "pem" })
    .toString(),
);
const PARENT = "a".repeat(40);
const identity = { repository: 5, issue: 7, key: KEY };

function commit({
  key = KEY,
  repository = 5,
  issue = 7,
  signed = PARENT as string | null,
  parents = [PARENT],
} = {}) {
  const record = signRecord(key, { repository, parent: signed }, firstRecord(issue));
  return {
    oid: "b".repeat(40),
    tree: "c".repeat(40),
    message: recordMessage("asked", record, "0".repeat(32)),
    parents,
  };
}

test("a record is read back as it was written", () => {
  const reading = readRecord(commit(), [], identity);

  expect(reading).toMatchObject({ kind: "record", oid: "b".repeat(40), record: firstRecord(7) });
});

test("the same private key in another encoding signs alike", () => {
  const again = recordKey(privateKey.export({ type: "pkcs1", format: "pem" }).toString());

  const reading = readRecord(commit({ key: again }), [], identity);

  expect(reading.kind).toBe("record");
});

describe("unreadable is", () => {
  const { message } = commit();
  const signature = "its signature is not this App's for this repository, this task and the record before it";
  test.each([
    ["signed by another App", commit({ key: OTHER }), signature],
    ["one of another repository", commit({ repository: 6 }), signature],
    ["one of another task", commit({ issue: 8 }), "it is the record of #8"],
    ["one put after another commit", commit({ signed: "d".repeat(40) }), signature],
    ["one put at the beginning", commit({ parents: [] }), signature],
    ["a first one put after another", commit({ signed: null }), signature],
    ["a merge", commit({ parents: [PARENT, "d".repeat(40)] }), "it has more than one parent"],
    [
      "one whose words were changed",
      { ...commit(), message: message.replace('"queued"', '"ready"') },
      signature,
    ],
    ["one without a signature", { ...commit(), message: message.replace(/,"mac":"\w+"/, "") }, "mac: "],
    [
      "one with a further key",
      { ...commit(), message: message.replace('{"v":1', '{"w":2,"v":1') },
      "Unrecognized key",
    ],
    ["one that is not JSON", { ...commit(), message: "asked\n\n{v: 1}\n" }, "its third line is not JSON"],
    [
      "a plain commit",
      { ...commit(), message: "Fix it" },
      "its message is not a sentence, a blank line and a record",
    ],
    [
      "one that is too long",
      { ...commit(), message: `${message}${"x".repeat(17_000)}` },
      "16384 are allowed",
    ],
  ])("%s", (_, forged, why) => {
    const reading = readRecord(forged, [], identity);

    expect(reading).toMatchObject({ kind: "unreadable", why: expect.stringContaining(why), lastGood: null });
  });

  test("and the newest good one before it is named", () => {
    const good = { ...commit(), oid: "e".repeat(40) };
    const older = { ...commit(), oid: "f".repeat(40) };

    const reading = readRecord(commit({ key: OTHER }), [commit({ repository: 6 }), good, older], identity);

    expect(reading).toMatchObject({ kind: "unreadable", lastGood: "e".repeat(40) });
  });
});

test("a record that does not fit is not written", () => {
  const record = signRecord(KEY, { repository: 5, parent: null }, firstRecord(7));

  expect(() => recordMessage("x".repeat(17_000), record, "0".repeat(32))).toThrow("16384 are allowed");
});
