/** Tells which names git takes for refs. */

/** The rules of `git check-ref-format`. */
export function isRefName(name: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are among what git forbids
  if (/[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\//.test(name)) return false;
  return name.split("/").every((part) => part !== "" && !/^\.|\.lock$|\.$/.test(part));
}
