/** The money rules of a posted request, as Go's `core/market`: integers of the smallest unit, no rounding in anybody's favour but the payer's. */
import { Fault } from "./fault";

/** The whole that shares are parts of. */
const basisPoints = 10_000n;

/** The least share of the patient, in basis points. A constant of the network, not a parameter. */
export const patientFloor = 7_000n;

const mostAmount = (1n << 64n) - 1n;

/** Amounts, or shares in basis points, by role. */
export interface Parts {
  readonly patient: bigint;
  readonly attestor: bigint;
  readonly gateways: bigint;
  readonly committee: bigint;
  readonly pool: bigint;
}

/** The roles of {@link Parts} in the order in which they are told. */
export const partRoles = ["patient", "attestor", "gateways", "committee", "pool"] as const;

/** What the payer pays in all. */
export function total(parts: Parts): bigint {
  return partRoles.reduce((sum, role) => sum + parts[role], 0n);
}

/**
 * The parts of one seat whose patient gets `price`: everybody else gets floor(price * share / patient's share).
 * Throws a Fault of kind `refused` for shares that no chain has, and for amounts that do not fit into 64 bits.
 */
export function split(price: bigint, shares: Parts): Parts {
  if (shares.patient < patientFloor || total(shares) !== basisPoints) throw new Fault("refused", "market-shares");
  const of = (share: bigint) => (price * share) / shares.patient;
  return checked({
    patient: price,
    attestor: of(shares.attestor),
    gateways: of(shares.gateways),
    committee: of(shares.committee),
    pool: of(shares.pool),
  });
}

/** The parts of so many equal seats. */
export function times(parts: Parts, seats: bigint): Parts {
  return checked({
    patient: parts.patient * seats,
    attestor: parts.attestor * seats,
    gateways: parts.gateways * seats,
    committee: parts.committee * seats,
    pool: parts.pool * seats,
  });
}

function checked(parts: Parts): Parts {
  if (total(parts) > mostAmount) throw new Fault("refused", "market-overflow");
  return parts;
}
