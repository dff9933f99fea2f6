import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { prepareTexts } from "./app/i18n";

const root = document.getElementById("root");
if (!root) throw new Error("the page has no element named root");
await prepareTexts();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
