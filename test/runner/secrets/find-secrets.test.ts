/** Finding secrets: the run's own values in every disguise, tokens by their shapes, and nothing in honest text. */
import { expect, it } from "vitest";
import { findSecrets } from "../../../src/runner/secrets/find-secrets.ts";
import { kindsOf, withoutFound } from "../../../src/runner/secrets/found-secret.ts";
import { KNOWN_KIND, knownValues } from "../../../src/runner/secrets/known-values.ts";
import { withoutValues } from "../../../src/runner/secrets/without-values.ts";
import { DISGUISES } from "./disguises.ts";

/** Of no service's shape, so that only knowing it finds it. */
const VALUE = "Qv7_zR2k-9LmX4tB.w8YhC1nPd6sJf3gKe0aUoIi5";
const known = knownValues([VALUE]);
const nothing = knownValues([]);

it.each(DISGUISES)("finds a value of the run %s", async (_, write) => {
  const found = await findSecrets(`Some words before.\n${write(VALUE)}\nAnd after.`, known);

  expect(kindsOf(found)).toContain(KNOWN_KIND);
});

it.each([
  ["eleven characters of it", VALUE.slice(0, 4) + VALUE.slice(5, 12)],
  ["another value", "Zk3_pW8q-1NcV6yD.r5TgH9mBe2xLa7jSu4iOf0Ee"],
  ["plain prose", "The quick brown fox jumps over the lazy dog, and nobody minds."],
  ["a hash", "0c5d0ae8e1d6dd36bd0c3be0ffdcc2b95fa8e2f7"],
])("finds none in %s", async (_, text) => {
  expect(await findSecrets(text, known)).toEqual([]);
});

it("takes away what it found and leaves the rest", async () => {
  const text = `The key ${VALUE} is here, and ${Buffer.from(VALUE).toString("base64")} too.`;

  const clean = withoutFound(text, await findSecrets(text, known));

  expect(clean).toBe(
    `The key [secret removed: ${KNOWN_KIND}] is here, and [secret removed: ${KNOWN_KIND}] too.`,
  );
});

it("knows a short value as it stands, and none that is too short to mean anything", async () => {
  const short = knownValues(["hunter2x", "on"]);

  expect(kindsOf(await findSecrets("my hunter2x is on", short))).toEqual([KNOWN_KIND]);
  expect(await findSecrets("it is on", short)).toEqual([]);
});

it("knows of a key document its key, not its form", async () => {
  const key = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7";
  const document = knownValues([
    JSON.stringify({ type: "service_account", private_key: `-----BEGIN PRIVATE KEY-----\n${key}\n` }),
  ]);

  expect(await findSecrets('{ "type": "service_account", "private_key": "..." }', document)).toEqual([]);
  expect(kindsOf(await findSecrets(`x ${key.slice(20, 40)} x`, document))).toEqual([KNOWN_KIND]);
});

const letters = (length: number): string => VALUE.replace(/\W|_/g, "").repeat(9).slice(0, length);

it.each([
  ["ghp_", `ghp_${letters(36)}`],
  ["a longer ghs_", `ghs_${letters(20)}.${letters(40)}.${letters(30)}`],
  ["github_pat_", `github_pat_${letters(22)}_${letters(59)}`],
  ["sk-ant-", `sk-ant-api03-${letters(93)}AA`],
  ["sk-proj-", `sk-proj-${letters(48)}`],
  ["AKIA", "AKIAZ3MQ5TXY2R7NBVKD"],
  ["AIza", `AIza${letters(35)}`],
  ["xoxb-", `xoxb-284756193847-938475610293-${letters(24)}`],
  ["npm_", `npm_${letters(36)}`],
  ["glpat-", `glpat-${letters(20)}`],
  ["a private key", `-----BEGIN RSA PRIVATE KEY-----\n${letters(64)}\n`],
  ["a private key in one line", `-----BEGIN PRIVATE KEY-----\\n${letters(64)}\\n`],
  ["a signed web token", `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI4NDcyIn0.${letters(43)}`],
  ["one that tells the checker to be quiet", `// secretlint-disable\nnpm_${letters(36)}`],
  ["one in base64", Buffer.from(`token: ghp_${letters(36)}`).toString("base64")],
  ["one in hexadecimal", Buffer.from(`ghp_${letters(36)}`).toString("hex")],
  [
    "one in base64 twice",
    Buffer.from(Buffer.from(`ghp_${letters(36)}`).toString("base64")).toString("base64"),
  ],
  ["one with escapes", [...`ghp_${letters(36)}`].map((c) => `\\u{${c.charCodeAt(0).toString(16)}}`).join("")],
])("recognises %s that nobody told it of", async (_, text) => {
  expect(await findSecrets(`const a = 1; ${text}`, nothing)).not.toEqual([]);
});

it.each([
  ["AWS's example", "AKIAIOSFODNN7EXAMPLE"],
  ["a row of one letter", `ghp_${"a".repeat(36)}`],
  ["a placeholder", "sk-ant-api03-your-key-goes-right-in-here"],
  ["a made-up address", "postgres://user:password@localhost:5432/db"],
  ["an integrity line", `"integrity": "sha512-${letters(86)}=="`],
])("lets %s stand", async (_, text) => {
  expect(await findSecrets(text, nothing)).toEqual([]);
});

it.each([VALUE, Buffer.from(VALUE).toString("base64"), Buffer.from(VALUE).toString("hex")])(
  "takes the run's values out of what is printed: %s",
  (text) => {
    const clean = withoutValues([VALUE]);

    expect(clean(`see ${text} there`)).toContain("see [secret removed: a key of this workflow run]");
    expect(clean("nothing to see")).toBe("nothing to see");
  },
);
