/** What a shell command is for, as far as its words tell: reading, waiting, testing or, for all that is known, changing files. */

/** Programs that only read, whatever their arguments; those with a condition stand in `isReadingPart`. */
const READING = new Set(
  `[ awk basename cat cd column comm cmp cut date df diff dirname du echo env false fgrep egrep file grep head hexdump id jq less ls
  more nl od printf printenv ps pwd readlink realpath rg sed sort stat strings tail test tr tree true type uname uniq wc whereis which
  whoami xxd find xargs ag ack fd bat sha256sum md5sum`.split(/\s+/),
);
const READING_GIT = new Set(
  "blame branch cat-file describe diff grep log ls-files ls-tree reflog remote rev-list rev-parse shortlog show status".split(
    " ",
  ),
);
const WAITING = new Set(["sleep", "wait", "watch", "inotifywait", "wait-on", "wait-for-it"]);

/** What stands behind is no more looked at: the regular expressions here take long over long lines. */
const MOST_CHARACTERS = 5000;
/** A document inside the command, which is no command. */
const HEREDOC = /<<[-~]?\s*(['"]?)(\w+)\1([^\n]*)\n[\s\S]*?(?:\n\s*\2(?=\n|$)|$)/g;

/** Words that can stand before a program. */
const BEFORE =
  /^(?:(?:do|then|else|if|while|until|time|sudo|exec|command|nohup|env|!|\{|timeout(?: -\S+)* \S+|[A-Za-z_]\w*=\S*) +)+/;

const RUNNERS =
  "vitest|jest|mocha|ava|tap|jasmine|karma|bats|pytest|py\\.test|nose2|tox|nox|rspec|phpunit|ctest";
const TESTS = [
  /^(?:npm|pnpm|yarn|bun)(?: -\S+)*(?: run)?(?: -\S+)* (?:t|tst|test\S*)(?: |$)/,
  /^(?:go|cargo|dotnet|swift|deno|mix|bazel|flutter|dart|zig|sbt|rake|rails|make|just|ninja|playwright) (?:-\S+ )*(?:test\S*|check|nextest)(?: |$)/,
  /^(?:\.\/)?(?:mvnw?|gradlew?)(?: \S+)* (?:\S*:)?(?:test|verify|check)(?: |$)/,
  /^node (?:\S+ )*--test(?:[ =]|$)/,
  /^python3? -m (?:pytest|unittest)(?: |$)/,
  new RegExp(`^(?:\\./)?(?:node_modules/\\.bin/|vendor/bin/|bin/)?(?:${RUNNERS})(?: |$)`),
];
/** What starts a program of a project. */
const STARTER =
  /^(?:npx(?: -\S+)*|bunx|pnpm exec|pnpm dlx|yarn(?: exec)?|uv run|poetry run|pipenv run|bundle exec) +/;

/** The test that the command runs, as it is told apart from other tests; null: it runs none. `verify`: the job's own. */
export function testIn(command: string, verify: string | null): string | null {
  const parts = partsOf(command);
  if (verify !== null && isPartOf(partsOf(verify), parts)) return verify.trim();
  const test = parts.find(isTest);
  return test === undefined ? null : test.replace(/ *\d?>(?:&\d| *\/dev\/null)/g, "");
}

/** Whether it lets time pass, for something else to happen. */
export function isWaiting(command: string): boolean {
  return partsOf(command).some(
    (part) =>
      WAITING.has(programOf(part)) ||
      /^tail (?:\S+ )*-\w*[fF]/.test(part) ||
      / --(?:wait|watch)\b/.test(part),
  );
}

/** Whether it may change a file: all that is not known to read, wait or test. */
export function mayChange(command: string, verify: string | null): boolean {
  const tests = new Set(verify === null ? [] : partsOf(verify));
  const isHarmless = (part: string): boolean =>
    isTest(part) || WAITING.has(programOf(part)) || (isReadingPart(part) && !writesFile(part));
  return partsOf(command).some((part) => !tests.has(part) && !isHarmless(part));
}

/** The single commands of a line, without quoting's help for what separates them, each with single spaces. */
function partsOf(text: string): string[] {
  const command = text.slice(0, MOST_CHARACTERS).replace(HEREDOC, "$3");
  const parts = [""];
  let quote = "";
  for (let at = 0; at < command.length; at += 1) {
    const sign = command.charAt(at);
    const isSeparator = quote === "" && (/[;|\n()]/.test(sign) || isBackground(command, at));
    if (isSeparator) parts.push("");
    else parts.push(`${parts.pop() ?? ""}${sign}`);
    if (sign === "\\" && quote !== "'") parts.push(`${parts.pop() ?? ""}${command.charAt((at += 1))}`);
    else if (quote === "" && /["']/.test(sign)) quote = sign;
    else if (sign === quote) quote = "";
  }
  return parts
    .map((part) => part.trim().replace(/\s+/g, " ").replace(BEFORE, ""))
    .filter((part) => !isShellWord(part));
}

/** `&` and `&&` part commands; in `2>&1` and `&>` it belongs to a redirection. */
function isBackground(command: string, at: number): boolean {
  return command.charAt(at) === "&" && command.charAt(at - 1) !== ">" && command.charAt(at + 1) !== ">";
}

function isShellWord(part: string): boolean {
  return part === "" || part.startsWith("#") || /^(?:done|fi|esac|\}|for .*|do|then|else)$/.test(part);
}

function isPartOf(wanted: readonly string[], parts: readonly string[]): boolean {
  return wanted.length > 0 && `\n${parts.join("\n")}\n`.includes(`\n${wanted.join("\n")}\n`);
}

function isTest(part: string): boolean {
  const started = part.replace(STARTER, "");
  return TESTS.some((test) => test.test(part) || test.test(started));
}

function isReadingPart(part: string): boolean {
  const program = programOf(part);
  if (program === "git")
    return READING_GIT.has(
      part
        .replace(/^git(?: -C \S+| --no-pager| -c \S+)*/, "")
        .trim()
        .split(" ")[0] ?? "",
    );
  if (program === "sed") return !/ -\w*i| --in-place/.test(part);
  if (program === "find") return !/ -(?:delete|exec|execdir|ok|fprint)/.test(part);
  if (program === "xargs")
    return READING.has(
      part
        .split(" ")
        .slice(1)
        .find((word) => /^[a-z]\w*$/.test(word)) ?? "",
    );
  return READING.has(program);
}

function programOf(part: string): string {
  return part.split(" ", 1)[0] ?? "";
}

/** A redirection into a file, quotes aside. */
function writesFile(part: string): boolean {
  const bare = part.replace(/"(?:\\.|[^"\\])*"|'[^']*'/g, "_");
  return bare.replace(/[\d&]?>>? ?(?:&\d|\/dev\/(?:null|stdout|stderr))/g, "").includes(">");
}
