import type { QueryClient } from "@tanstack/react-query";
import type { ChainOffer } from "../chain/keplr";
import { Node } from "../chain/node";
import type { SessionParts, Work } from "../client/session";
import { SigningChoice } from "../client/signing";
import { startVault } from "../client/start";
import type { Session } from "../features/shared/session";

/** What a person does on the page tells the vault that she is there; at most so often, in milliseconds. */
const touchPause = 5000;

/**
 * The session of the page. What signs, sends and proves is loaded when it is first needed: somebody who only looks around
 * never loads it.
 */
export function startSession(confirm: SessionParts["confirm"], queries: QueryClient): Session {
  const node = new Node();
  const { vault, sealer } = startVault();
  let loaded: Promise<Work> | undefined;
  const work = () => {
    loaded ??= import("../client/session").then((module) => new module.Work(parts));
    return loaded;
  };
  const signing = new SigningChoice({ vault, offer: () => offerOf(node) });
  const parts: SessionParts = { node, vault, sealer, signing, confirm };
  const person = async () => (await work()).person();
  const desk = async (address: string) => (await work()).desk(address);
  watch(vault);
  vault.subscribe(() => {
    if (vault.state().status === "open") return;
    void loaded?.then((one) => one.forget());
    queries.removeQueries({ queryKey: ["accounts"] });
  });
  return {
    node,
    vault,
    sealer,
    person: {
      node,
      vault,
      sealer,
      depot: {
        address: async () => (await person()).depot.address(),
        upload: async (...what) => (await person()).depot.upload(...what),
        object: async (...what) => (await person()).depot.object(...what),
        putHalf: async (...what) => (await person()).depot.putHalf(...what),
      },
      prove: async (keys) => (await person()).prove(keys),
      sealTo: async () => (await person()).sealTo(),
      send: async (...what) => (await person()).send(...what),
      quote: async (...what) => (await person()).quote(...what),
    },
    signing,
    desk: (address) => ({
      node,
      address,
      vault,
      sealer,
      gateway: {
        address: async () => (await desk(address)).gateway.address(),
        putPapers: async (...what) => (await desk(address)).gateway.putPapers(...what),
        papers: async (...what) => (await desk(address)).gateway.papers(...what),
        half: async (...what) => (await desk(address)).gateway.half(...what),
        object: async (...what) => (await desk(address)).gateway.object(...what),
      },
      prove: async (keys) => (await desk(address)).prove(keys),
      send: async (...what) => (await desk(address)).send(...what),
    }),
    known: async (address) => (await work()).known(address),
    trust: {
      trusted: async () => (await work()).trust.trusted(),
      name: async (text) => (await work()).trust.name(text),
    },
    papers: async (request) => (await work()).papers(request),
    consent: async (datasetId, told) => (await work()).consent(datasetId, told),
    counts: async (datasetId, list) => (await work()).counts(datasetId, list),
  };
}

/** How an extension is told about the chain. It knows balances by itself only where the gateway serves its queries. */
async function offerOf(node: Node): Promise<ChainOffer> {
  const url = `${location.origin}/chain`;
  const chainId = await node.chainId();
  return { chainId, chainName: `Volens (${chainId})`, rpc: url, rest: url, denom: "uvol", coin: "VOL", decimals: 6 };
}

/** Keeps the vault awake while somebody is there. */
function watch(vault: Session["vault"]): void {
  let last = 0;
  const touch = () => {
    if (vault.state().status !== "open" || Date.now() - last < touchPause) return;
    last = Date.now();
    vault.touch();
  };
  for (const event of ["pointerdown", "keydown", "scroll"]) {
    addEventListener(event, touch, { passive: true, capture: true });
  }
}
