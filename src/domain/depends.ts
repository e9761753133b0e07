/** What a task says that it needs first: lines like `Depends on #12`. */

const MAX_ISSUES = 20;

/** Whatever is written after the numbers: people end sentences, and say why. */
const LINE = /^[ \t>*+-]*depends on:?[ \t]+(#\d{1,9}\b(?:(?:[ \t]*,)?(?:[ \t]*and\b)?[ \t]*#\d{1,9}\b)*)/gim;

/** Numbers of the issues of this repository that `text` names so, other than `self`. */
export function dependsOn(text: string, self: number): number[] {
  const lines = text.matchAll(LINE);
  const numbers = [...lines].flatMap(([, list = ""]) =>
    [...list.matchAll(/#(\d+)/g)].map(([, n]) => Number(n)),
  );
  return [...new Set(numbers)].filter((n) => n > 0 && n !== self).slice(0, MAX_ISSUES);
}
