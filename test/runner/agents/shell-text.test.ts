/** What was given to a shell, out of the command line that Codex shows. */
import { expect, it } from "vitest";
import { shellText } from "../../../src/runner/agents/shell-text.ts";

it.each([
  ["/bin/bash -lc 'cat a.txt; exit 3'", "cat a.txt; exit 3"],
  ["/bin/bash -c ls", "ls"],
  ["bash -c ''", ""],
  [`/usr/bin/zsh -lc "echo 'x' \\"y\\" \\$z \\\\ \\n"`, `echo 'x' "y" $z \\ \\n`],
  ["/bin/sh -c 'it'\\''s'", "it's"],
  ["/bin/bash -c 'two\nlines'", "two\nlines"],
  ["sh -c ls extra", "sh -c ls extra"],
  ["/bin/bash -x 'ls'", "/bin/bash -x 'ls'"],
  ["python3 -c 'print(1)'", "python3 -c 'print(1)'"],
  ["bash -c 'open", "bash -c 'open"],
  ["", ""],
])("of %j is %j", (line, text) => {
  expect(shellText(line)).toBe(text);
});
