import { lazy, Suspense, useEffect, useState } from "react";
import type { Extension } from "../chain/extensions";
import { Fault } from "../core/fault";
import type { Shown } from "../core/words";

const ConfirmSheet = lazy(() => import("../features/sign/ConfirmSheet"));

interface Asked {
  readonly shown: Shown;
  /** The extension that signs, and asks once more. */
  readonly extension: Extension | undefined;
  readonly settle: (yes: boolean) => void;
}

type Show = (asked: Asked | undefined) => void;

/** Asks a person about one thing at a time; what comes meanwhile waits its turn. */
export class Confirmations {
  #turn: Promise<void> = Promise.resolve();
  #show: Show | undefined;

  /** Says who shows what is asked; gives the function that ends it. */
  attach(show: Show): () => void {
    this.#show = show;
    return () => {
      this.#show = undefined;
    };
  }

  /** Shows what is about to be confirmed; resolves when the person agrees, a refused Fault `signer-refused` if not. */
  readonly ask = (shown: Shown, extension?: Extension): Promise<void> => {
    const mine = this.#turn.then(() => this.#one(shown, extension));
    this.#turn = mine.catch(() => undefined);
    return mine;
  };

  #one(shown: Shown, extension: Extension | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const refuse = () => reject(new Fault("refused", "signer-refused"));
      const show = this.#show;
      if (!show) return refuse();
      const settle = (yes: boolean) => {
        show(undefined);
        if (yes) resolve();
        else refuse();
      };
      show({ shown, extension, settle });
    });
  }
}

/** Shows the sheet while something is asked. */
export function ConfirmHost({ confirmations }: { confirmations: Confirmations }) {
  const [asked, setAsked] = useState<Asked>();
  useEffect(() => confirmations.attach(setAsked), [confirmations]);
  if (!asked) return null;
  return (
    <Suspense fallback={null}>
      <ConfirmSheet
        shown={asked.shown}
        extension={asked.extension}
        onYes={() => asked.settle(true)}
        onNo={() => asked.settle(false)}
      />
    </Suspense>
  );
}
