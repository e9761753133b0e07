/** What a step prints of others' words: deaf to their commands, and bounded. */
import { expect, it, vi } from "vitest";
import { withoutCommands } from "../../src/runner/log.ts";

it("prints sixteen MiB of others' words and no more, says so once, and listens again afterwards", async () => {
  const printed: string[] = [];
  const write = vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    printed.push(String(chunk));
    return true;
  });
  await withoutCommands(async (print) => {
    for (let count = 0; count < 40; count += 1) print("x".repeat(1024 * 1024));
  });
  write.mockRestore();

  const text = printed.join("");
  expect(text.length).toBeLessThan(17.5 * 1024 * 1024);
  expect(text.split("not shown here")).toHaveLength(2);
  expect(printed.at(-1)?.trim()).toBe(printed[0]?.trim().replace("::stop-commands", "").concat("::"));
});
