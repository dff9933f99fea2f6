/** Every settlement money counts a million of its smallest units as one. */
const digits = 6;

/** What a person types, such as "2.50", in the smallest unit; empty for what is no positive amount. */
export function toSmallest(text: string): string {
  const found = /^(\d{1,12})(?:[.,](\d{1,6}))?$/.exec(text.trim());
  if (!found) return "";
  const amount = BigInt(found[1] ?? "0") * 10n ** BigInt(digits) + BigInt((found[2] ?? "").padEnd(digits, "0"));
  return amount === 0n ? "" : amount.toString();
}

/** An amount of the smallest unit as a person types it. */
export function toUnits(amount: string): string {
  if (amount === "") return "";
  const padded = amount.padStart(digits + 1, "0");
  const rest = padded.slice(-digits).replace(/0+$/, "");
  return padded.slice(0, -digits) + (rest === "" ? "" : `.${rest}`);
}

/** What people call the unit of which `denom` is a millionth. */
export function unitName(denom: string): string {
  return denom.replace(/^u/, "").toUpperCase();
}
