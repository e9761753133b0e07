import { expect, it } from "vitest";
import { rebased, type Story } from "./rebased.ts";

/** What comes of a story; `files` as far as it is named, null: not there. */
interface Expected {
  end: string;
  by: string;
  commits?: string[];
  dropped?: string[];
  files?: Record<string, string | null>;
}

const TEN = "1\\n2\\n3\\n4\\n5\\n6\\n7\\n8\\n9\\n10\\n";

const CASES: [string, Story & { expected: Expected }][] = [
  [
    "other files",
    {
      branch: ["put a.txt a"],
      base: ["put b.txt b"],
      expected: {
        end: "completed",
        by: "git",
        commits: ["Bo: Branch 1"],
        files: { "a.txt": "a", "b.txt": "b" },
      },
    },
  ],
];

it.each(CASES)("%s", async (_, { expected, ...story }) => {
  const { raw, files, commits } = await rebased(story);

  expect(raw).toMatchObject({ end: expected.end, rebase: { by: expected.by } });
  expect(raw.rebase?.dropped.map(({ why, subject }) => `${why}: ${subject}`)).toEqual(expected.dropped ?? []);
  expect(commits).toEqual(expected.commits ?? []);
  for (const [path, text] of Object.entries(expected.files ?? {})) expect(files[path] ?? null).toBe(text);
  expect(raw.usage).toMatchObject({ turns: 0, usd: 0 });
});
