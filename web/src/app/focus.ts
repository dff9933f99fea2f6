/** How many elements are remembered that had the focus. */
const most = 20;

/**
 * Gives the focus back where a page has lost it: a button that cannot be pressed while its deed is under way, or a dialog that
 * is gone, leaves the focus nowhere, and who uses the keyboard would begin at the top again. It goes back to what had it
 * last on the screen and is still there, as soon as that can be pressed, or else to the title of the page. Nothing is taken
 * from somebody who has let go of it by pointing elsewhere. Gives what ends it.
 */
export function keepFocus(page: Document = document): () => void {
  let trail: HTMLElement[] = [];
  let lost = false;
  const entered = ({ target }: FocusEvent) => {
    lost = false;
    if (!(target instanceof HTMLElement)) return;
    trail = [...trail.filter((one) => one !== target && one.isConnected), target].slice(-most);
  };
  const pointed = () => {
    lost = false;
    trail = [];
  };
  const check = () => {
    const at = page.activeElement;
    if (at !== null && at !== page.body) {
      lost ||= at.matches(":disabled");
      return;
    }
    while (trail.at(-1)?.isConnected === false) {
      lost = true;
      trail.pop();
    }
    const before = trail.at(-1);
    const near = before?.closest("main, [role=dialog]");
    const last = near ? before : page.querySelector<HTMLElement>("main h1");
    if (last?.matches(":disabled")) lost = true;
    else if (lost) last?.focus({ preventScroll: true });
  };
  const changes = new MutationObserver(check);
  changes.observe(page.body, { subtree: true, childList: true, attributeFilter: ["disabled"] });
  page.addEventListener("focusin", entered);
  page.addEventListener("pointerdown", pointed, { capture: true });
  return () => {
    changes.disconnect();
    page.removeEventListener("focusin", entered);
    page.removeEventListener("pointerdown", pointed, { capture: true });
  };
}
