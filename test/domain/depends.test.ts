/** What a task says that it needs first. */
import { expect, it } from "vitest";
import { dependsOn } from "../../src/domain/depends.ts";

it.each<[string, number[]]>([
  ["Depends on #12", [12]],
  ["depends on: #12", [12]],
  ["DEPENDS ON #12", [12]],
  ["Depends on #12.", [12]],
  ["Depends on #12 (the parser).", [12]],
  ["Depends on #12: it has the parser", [12]],
  ["Depends on #12, #13 and #14", [12, 13, 14]],
  ["Depends on #12, #13, and #14.", [12, 13, 14]],
  ["Depends on #12 #13,#14", [12, 13, 14]],
  ["Depends on #12; see #13", [12]],
  ["Depends on #12 and the weather", [12]],
  ["- Depends on #12\n* depends on #13\n+ depends on #14\n> depends on #15", [12, 13, 14, 15]],
  ["Depends on #12\nDepends on #12", [12]],
  ["Some text.\n\nDepends on #12\n\nMore.", [12]],
  ["Depends on #7 and #12", [12]],
  ["Depends on #0", []],
  ["It depends on #12", []],
  ["Depends on\n#12", []],
  ["Depends on 12", []],
  ["Depends on #twelve", []],
  ["Depends on #12th", []],
  ["Depends on #1234567890", []],
  ["Depends on other/repository#12", []],
  ["", []],
])("%j", (text, issues) => {
  expect(dependsOn(text, 7)).toEqual(issues);
});

it("is no longer than a record has room for", () => {
  const many = Array.from({ length: 40 }, (_, index) => `#${index + 100}`).join(", ");

  expect(dependsOn(`Depends on ${many}`, 7)).toEqual(Array.from({ length: 20 }, (_, index) => index + 100));
});

it("is read in one pass, whatever stands there", () => {
  const spaces = " ".repeat(100_000);

  expect(dependsOn(`${spaces}\nDepends on #12${spaces}x\n${"> ".repeat(50_000)}depends`, 7)).toEqual([12]);
}, 15_000);
