/** Every attack has its test, and the search for canaries finds them. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { canary, searchFor } from "./canaries.ts";
import { ELSEWHERE, FAMILIES } from "./corpus.ts";

const HERE = import.meta.dirname;

describe("the corpus", () => {
  it.each(FAMILIES)("has all cases of family $letter: $what", ({ letter, cases, file }) => {
    const text = readFileSync(join(HERE, file), "utf8");
    const ids = Array.from({ length: cases }, (_, index) => `${letter}${index + 1}`);
    const missing = ids.filter(
      (id) => !new RegExp(`["'\`(, ]${id}\\b`).test(text) && !ELSEWHERE.some((one) => one.id === id),
    );

    expect(missing).toEqual([]);
  });

  it.each(ELSEWHERE)("has $id, $what, in $file", ({ file, title }) => {
    const path = join(HERE, "..", file);

    expect(existsSync(path)).toBe(true);
    expect(readFileSync(path, "utf8")).toContain(`"${title}`);
  });
});

describe("the search for canaries", () => {
  const one = canary("one", "sk-ant-");
  const core = one.value.slice(one.prefix.length);
  const search = searchFor([one, canary("other")]);

  it.each([
    ["as it stands", core],
    ["in a sentence", `It is ${one.value}.`],
    ["in part", core.slice(7, 20)],
    ["in parts with quotes between them", `"${core.slice(0, 20)}" + "${core.slice(20)}"`],
    ["reversed", [...core].toReversed().join("")],
    ["as base64", Buffer.from(`a ${core}`).toString("base64")],
    ["as base64 over lines", Buffer.from(core).toString("base64").replaceAll(/.{10}/g, "$&\n")],
    ["reversed, as base64", Buffer.from([...core].toReversed().join("")).toString("base64")],
    ["as hexadecimal", Buffer.from(core).toString("hex").replaceAll(/../g, "$& ")],
    ["as hexadecimal in capitals", Buffer.from(core).toString("hex").toUpperCase()],
  ])("finds one %s", (_, text) => {
    expect(search.traces(text)).toEqual(["one"]);
    expect(search.traces(Buffer.from(`before${text}after`))).toEqual(["one"]);
  });

  it("finds none where there is none", () => {
    expect(search.traces(gzipSync(core))).toEqual([]);
    expect(search.traces("sk-ant- is how keys begin")).toEqual([]);
    expect(search.traces(canary("third").value)).toEqual([]);
  });
});
