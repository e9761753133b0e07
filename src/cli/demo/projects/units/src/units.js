/** Every converter by its name; each takes a number and gives a number. */
export const CONVERTERS = {
  "m to km": (metres) => metres / 1000,
};

/** The number in the other unit. Throws for a pair that is not known. */
export function convert(value, from, to) {
  const converter = CONVERTERS[`${from} to ${to}`];
  if (!converter) throw new RangeError(`no way from ${from} to ${to}`);
  return converter(value);
}

/** The number as people write it. */
export function shown(value) {
  return String(value);
}
