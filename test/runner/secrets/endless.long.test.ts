/** Texts without end: they are read as others are, and what stands in them is found. */
import { expect, it } from "vitest";
import { findSecrets } from "../../../src/runner/secrets/find-secrets.ts";
import { knownValues } from "../../../src/runner/secrets/known-values.ts";

const VALUE = "Qv7_zR2k-9LmX4tB.w8YhC1nPd6sJf3gKe0aUoIi5";
const known = knownValues([VALUE]);

it.each([
  ["base64", "aQz9+/"],
  ["hexadecimal", "0fa1 "],
  ["escapes", "%41"],
  ["a token that never ends", "sk-ant-api03-"],
  ["a key that never begins", "-----BEGIN RSA RSA "],
])("reads a text of five million characters of %s", async (_, piece) => {
  const text = `${VALUE} ${piece.repeat(5_000_000 / piece.length)}`;

  const found = await findSecrets(text, known);

  expect(found[0]).toMatchObject({ start: 0 });
});
