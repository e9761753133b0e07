/** What a task says that it needs first: lines like `Depends on #12`. */

const MAX_ISSUES = 20;

/** Numbers of the issues of this repository that `text` names so, other than `self`. */
export function dependsOn(text: string, self: number): number[] {
  const lines = text.matchAll(/^[ \t>*-]*depends on:?[ \t]+((?:#\d{1,9}(?:,| and|,? |$)[ \t]*)+)/gim);
  const numbers = [...lines].flatMap(([, list = ""]) =>
    [...list.matchAll(/#(\d+)/g)].map(([, n]) => Number(n)),
  );
  return [...new Set(numbers)].filter((n) => n > 0 && n !== self).slice(0, MAX_ISSUES);
}
