import type { DescField } from "@bufbuild/protobuf";
import type { Coin } from "../../gen/cosmos/base/v1beta1/coin_pb";
import {
  type Params as Attestation,
  ParamsSchema as AttestationSchema,
} from "../../gen/volens/attestation/v1/attestation_pb";
import { type Params as Consent, ParamsSchema as ConsentSchema } from "../../gen/volens/consent/v1/consent_pb";
import { type Params as Custody, ParamsSchema as CustodySchema } from "../../gen/volens/custody/v1/custody_pb";
import { type Params as Market, ParamsSchema as MarketSchema, type Split } from "../../gen/volens/market/v1/market_pb";

/** One parameter by its name in the proto, with what its value is. */
export type Parameter = { readonly name: string } & (
  | { readonly is: "text"; readonly value: string }
  | { readonly is: "count" | "blocks"; readonly value: bigint | number }
  /** Basis points. */
  | { readonly is: "share"; readonly value: number }
  | { readonly is: "money"; readonly value: bigint; readonly denom: string }
);

const schemas = {
  attestation: AttestationSchema,
  consent: ConsentSchema,
  custody: CustodySchema,
  market: MarketSchema,
} as const;

/** The parameters of a module in the order of its proto, so that a new one shows without being named here. */
export function parameterRows(
  module: keyof typeof schemas,
  params: Attestation | Consent | Custody | Market,
): Parameter[] {
  const values = new Map<string, unknown>(Object.entries(params));
  // Amounts without a denomination are in that of the request: the first one stands for all.
  const [denom = ""] = (values.get("denoms") as string[] | undefined) ?? [];
  return schemas[module].fields.flatMap((field) => rows(field, values.get(field.localName), denom));
}

function rows({ name }: DescField, value: unknown, denom: string): Parameter[] {
  if (typeof value === "bigint") return [{ name, is: isBlocks(name) ? "blocks" : "count", value }];
  if (typeof value === "number") return [{ name, is: name.endsWith("_bps") ? "share" : "count", value }];
  if (isMessage(value, "volens.market.v1.Split")) return splitRows(name, value as Split);
  if (isMessage(value, "cosmos.base.v1beta1.Coin")) {
    const coin = value as Coin;
    return [{ name, is: "money", value: BigInt(coin.amount || "0"), denom: coin.denom }];
  }
  if (typeof value === "string" && /^\d+$/.test(value)) return [{ name, is: "money", value: BigInt(value), denom }];
  return [{ name, is: "text", value: Array.isArray(value) ? value.join(", ") : String(value) }];
}

function isMessage(value: unknown, type: string): boolean {
  return typeof value === "object" && value !== null && "$typeName" in value && value.$typeName === type;
}

function splitRows(name: string, split: Split): Parameter[] {
  const { patient, attestor, gateways, committee, pool } = split;
  return Object.entries({ patient, attestor, gateways, committee, pool }).map(([part, value]) => ({
    name: `${name}.${part}`,
    is: "share",
    value,
  }));
}

/** Heights are the chain's clock: windows, durations and lengths are counted in blocks. */
function isBlocks(name: string): boolean {
  return /_(?:window|freeze|length|duration)$/.test(name);
}
