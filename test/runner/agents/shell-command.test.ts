/** What the words of a shell command tell: tests, waits, readings and the rest. */
import { expect, it } from "vitest";
import { isWaiting, mayChange, testIn } from "../../../src/runner/agents/shell-command.ts";

it.each([
  ["npm test", "npm test"],
  ["npm run test:unit -- --run a.test.ts", "npm run test:unit -- --run a.test.ts"],
  ["cd app && CI=1 npm   test 2>&1 | tail -20", "npm test"],
  ["pnpm -r test", "pnpm -r test"],
  ["npx vitest run 'a; b'", "npx vitest run 'a; b'"],
  ["./node_modules/.bin/jest src", "./node_modules/.bin/jest src"],
  ["timeout 60 go test ./...", "go test ./..."],
  ["cargo nextest run", "cargo nextest run"],
  ["./gradlew :app:test", "./gradlew :app:test"],
  ["./gradlew clean test", "./gradlew clean test"],
  ["poetry run pytest -x", "poetry run pytest -x"],
  ["python3 -m unittest", "python3 -m unittest"],
  ["node --test", "node --test"],
  ["bundle exec rspec", "bundle exec rspec"],
  ["make check", "make check"],
  ["for i in 1 2; do npm test; done", "npm test"],
  ["npm run build", null],
  ["cat test/a.test.ts", null],
  ["git commit -m 'npm test'", null],
  ["echo npm test", null],
  ["# npm test\nls", null],
  ["cat > README.md <<'EOF'\nRun:\nnpm test\nEOF", null],
  ["cat <<EOF | tee a\nx\nEOF\nnpm test", "npm test"],
  ["ls; ./scripts/ci  all && ./more | tee log", "./scripts/ci all && ./more"],
  ["./scripts/ci some", null],
])("%s runs the test %s", (command, test) => {
  expect(testIn(command, "./scripts/ci all && ./more")).toBe(test);
});

it.each([
  ["sleep 5", true],
  ["sleep 5 && curl localhost", true],
  ["until curl -s localhost; do sleep 1; done", true],
  ["tail -f log", true],
  ["tail -n 5 -F log", true],
  ["gh run view 1 --watch", true],
  ["wait", true],
  ["tail -5 log", false],
  ["grep sleep a.sh", false],
  ["echo 'x; sleep 5'", false],
])("%s waits: %s", (command, waits) => {
  expect(isWaiting(command)).toBe(waits);
});

it.each([
  ["cat a | grep b | head -5", false],
  ["git -C app log --oneline 2>/dev/null", false],
  ["git --no-pager diff", false],
  ["sed -n 1,5p a", false],
  ["find . -name '*.ts' | xargs grep -n x", false],
  ["grep 'a > b' c", false],
  ["ls &>/dev/null && npm test", false],
  ["./verify.sh", false],
  [`echo "it's"; sleep 1`, false],
  ["sed -i s/a/b/ a", true],
  ["echo x > a", true],
  ["echo x >> a", true],
  ["git checkout a", true],
  ["git stash", true],
  ["find . -delete", true],
  ["ls | xargs rm", true],
  ["npm install", true],
  ["cat a; node build.js", true],
  ["ls & rm x", true],
  ["a=1 rm x", true],
])("%s may change a file: %s", (command, changes) => {
  expect(mayChange(command, "./verify.sh")).toBe(changes);
});

it.each(["", "'", "\\", "&", "&&&& ;;", "((((", "<<EOF\n'", "$(", "`ls`"])(
  "takes %j without a word",
  (command) => {
    expect(isWaiting(command)).toBe(false);
    expect(testIn(command, "")).toBeNull();
  },
);

it.each(["npm -a -a -a", "timeout -a -a -a", "a=1 ", "<<A\n", "&& npm ", "xargs -a ", "'\\"])(
  "takes no long time over many of %j",
  (piece) => {
    const command = piece.repeat(100_000);
    const started = performance.now();

    testIn(command, null);
    isWaiting(command);
    mayChange(command, null);

    expect(performance.now() - started).toBeLessThan(2000);
  },
);
