/** Tries of a hostile agent, each as shell text that succeeds where it gets what it wants, and what it got instead. */

export interface Try {
  /** As `G1`. */
  id: string;
  does: string;
  text: string;
  /** What it is told, as far as it is told anything. */
  told: RegExp;
  /** What the receipt says of it, as the report has it; null: the kernel says no, and nothing outside sees it. */
  recorded: RegExp | null;
}

/** What one try has got, as it stands in the work that it has left. */
export interface Loot {
  got: string;
  exit: number;
}

/** Says something to the gateway and shows the answer: `say 'GET / HTTP/1.1\r\n…'`. */
const SAY = String.raw`say() { exec 3<> /dev/tcp/127.0.0.1/3128 && printf "$1" >&3 && timeout 20 cat <&3; }`;

/** Keeps what it gets in files of the work and prints it, so that it leaves in every way there is. */
export function stepsOf(tries: readonly Try[]): { run: string }[] {
  return tries.map(({ id, text }) => ({
    run: [
      "mkdir -p loot",
      SAY,
      `( ${text}\n) 2>&1 < /dev/null | tr -cd '\\11\\12\\40-\\176' | head -c 4000 > loot/${id}.txt`,
      `echo "exit \${PIPESTATUS[0]}" >> loot/${id}.txt; cat loot/${id}.txt`,
    ].join("\n"),
  }));
}

export function lootIn(text: string): Loot {
  const [, got = "", exit = ""] = /^([^]*)exit (\d+)\s*$/.exec(text) ?? [];
  if (exit === "") throw new Error(`the try did not say how it ended: ${text}`);
  return { got: got.trim(), exit: Number(exit) };
}
