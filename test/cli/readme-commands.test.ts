/** The README's table of commands is the one that `/gza help` shows. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { table } from "../../src/domain/answers.ts";
import { COMMANDS, isWord } from "../../src/domain/command.ts";

it("the README shows every command as help does", () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

  expect(readme).toContain(`${table(Object.keys(COMMANDS).filter(isWord))}\n`);
});
