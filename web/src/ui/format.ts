/** What is known of a denomination: its letters and how many digits stand behind the point. */
interface Unit {
  /** ISO 4217, when it is kept level with a currency. */
  readonly currency?: string;
  readonly name: string;
  readonly digits: number;
}

const units: Readonly<Record<string, Unit>> = {
  uvol: { name: "VOL", digits: 6 },
  uusd: { currency: "USD", name: "USD", digits: 6 },
};

/**
 * An amount of a chain's denomination in the words of a language: `5000000uusd` is "$5.00" in English. Nothing is
 * rounded away: digits that are there are shown. An unknown denomination stays as it is.
 */
export function money(amount: bigint, denom: string, language: string): string {
  const unit = units[denom];
  if (!unit) return `${new Intl.NumberFormat(language).format(amount)} ${denom}`;
  const scale = 10n ** BigInt(unit.digits);
  const size = amount < 0n ? -amount : amount;
  const rest = (size % scale).toString().padStart(unit.digits, "0").replace(/0+$/, "");
  const digits = unit.currency ? Math.max(rest.length, 2) : rest.length;
  const text = `${amount < 0n ? "-" : ""}${size / scale}.${rest || "0"}` as `${number}`;
  const style: Intl.NumberFormatOptions = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  if (unit.currency)
    return new Intl.NumberFormat(language, { ...style, style: "currency", currency: unit.currency }).format(text);
  return `${new Intl.NumberFormat(language, style).format(text)} ${unit.name}`;
}

/** Bytes in the words of a language, in powers of 1000: "3.2 MB". */
export function size(bytes: number | bigint, language: string): string {
  const names = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  let value = Number(bytes);
  let step = 0;
  while (value >= 1000 && step < names.length - 1) {
    value /= 1000;
    step++;
  }
  const unit = names[step] ?? "byte";
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit,
    unitDisplay: step === 0 ? "long" : "short",
    maximumFractionDigits: value < 10 && step > 0 ? 1 : 0,
  }).format(value);
}

/** A whole number with the separators of a language. */
export function count(value: number | bigint, language: string): string {
  return new Intl.NumberFormat(language).format(value);
}

/** A day and, when asked for, the time of day. */
export function moment(time: Date, language: string, withTime = true): string {
  const date: Intl.DateTimeFormatOptions = { dateStyle: "medium" };
  return new Intl.DateTimeFormat(language, withTime ? { ...date, timeStyle: "short" } : date).format(time);
}

/** The beginning and the end of a long id, for telling things apart; never for comparing. */
export function short(id: string, head = 6, tail = 4): string {
  return id.length <= head + tail + 1 ? id : `${id.slice(0, head)}…${id.slice(-tail)}`;
}
