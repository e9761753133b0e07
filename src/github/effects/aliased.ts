/** Sends one mutation for many things in few requests; what is gone or done already is passed over. */
import { graphql, type Client } from "../client.ts";
import { GraphqlFailure } from "../failure.ts";

/** GitHub does the mutations of one request one after another, within its ten seconds; some of them create content. */
const AT_ONCE = 10;

/** `input`: the mutation's input for one thing. `type`: the name of that input type in GitHub's schema. */
export async function aliased(
  client: Client,
  mutation: { name: string; type: string; answer: string },
  inputs: readonly { [field: string]: unknown }[],
): Promise<void> {
  for (let from = 0; from < inputs.length; from += AT_ONCE) {
    const some = inputs.slice(from, from + AT_ONCE);
    const heads = some.map((_, index) => `$input${index}: ${mutation.type}!`).join(", ");
    const calls = some.map(
      (_, index) => `one${index}: ${mutation.name}(input: $input${index}) { ${mutation.answer} }`,
    );
    const variables = Object.fromEntries(some.map((input, index) => [`input${index}`, input]));
    try {
      await graphql(client, `mutation Aliased(${heads}) { ${calls.join(" ")} }`, variables);
    } catch (error) {
      const isGone =
        error instanceof GraphqlFailure && error.problems.every(({ type }) => type === "NOT_FOUND");
      if (!isGone) throw error;
    }
  }
}
