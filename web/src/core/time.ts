import { create } from "@bufbuild/protobuf";
import { type Timestamp, TimestampSchema } from "@bufbuild/protobuf/wkt";
import { Fault } from "./fault";

/**
 * RFC 3339 in UTC, with as many digits of a second as are needed: as Go writes times. Years 1 to 9999; others are a usage
 * Fault `bad-time`.
 */
export function timestampText(time: Timestamp): string {
  if (time.nanos < 0 || time.nanos > 999_999_999 || time.seconds < -62135596800n || time.seconds > 253402300799n) {
    throw new Fault("usage", "bad-time");
  }
  const whole = new Date(Number(time.seconds) * 1000).toISOString().slice(0, 19);
  const digits = time.nanos.toString().padStart(9, "0").replace(/0+$/, "");
  return digits === "" ? `${whole}Z` : `${whole}.${digits}Z`;
}

/** Reads RFC 3339 in UTC with nine digits of a second at most; undefined for anything else. */
export function parseTimestamp(text: string): Timestamp | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/.exec(text);
  const moment = match ? Date.parse(`${match[1]}Z`) : Number.NaN;
  if (Number.isNaN(moment)) return undefined;
  return create(TimestampSchema, { seconds: BigInt(moment / 1000), nanos: Number((match?.[2] ?? "").padEnd(9, "0")) });
}
