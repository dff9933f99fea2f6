import { useTranslation } from "react-i18next";
import { limits, permissions } from "../../../client/consent";
import type { Provision } from "../../../gen/volens/consent/v1/consent_pb";
import { AIUse } from "../../../gen/volens/consent/v1/duo_pb";
import { DefinitionList } from "../../../ui/DefinitionList";
import { moment } from "../../../ui/format";
import { Address } from "../../../ui/Id";
import { useUseWords } from "../../shared/request/words";

/** What a consent allows, in words, in the order of a request: who, why, what, how long, what you get. */
export function PolicyList({ provision }: { provision: Provision }) {
  const { t, i18n } = useTranslation("patient");
  const words = useUseWords();
  const { policy, expiry, payout } = provision;
  if (!policy) return null;
  const permission = nameOf(permissions, policy.permission);
  const own = policy.modifiers.map(({ term }) => {
    const limit = nameOf(limits, term);
    return limit ? t(`limit.${limit}.title`) : term;
  });
  const diseases = policy.diseases.map(words.disease);
  const end = expiry?.time ? new Date(Number(expiry.time.seconds) * 1000) : undefined;
  return (
    <DefinitionList
      items={[
        [t("policy.who"), words.list(words.recipients(policy.recipientClasses))],
        [t("policy.why"), permission ? t(`permission.${permission}.title`) : policy.permission],
        ...(diseases.length > 0 ? ([[t("policy.diseases"), words.list(diseases)]] as const) : []),
        [t("policy.what"), words.list(words.dataClasses(policy.dataClasses))],
        [t("policy.ai"), words.ai(policy.own?.ai ?? AIUse.AI_USE_NONE)],
        ...(own.length > 0 ? ([[t("policy.limits"), words.list(own)]] as const) : []),
        [t("policy.end"), end ? moment(end, i18n.language, false) : t("policy.never")],
        [t("policy.money"), payout ? <Address key="payout" value={payout} /> : t("policy.donate")],
      ]}
    />
  );
}

function nameOf(names: Readonly<Record<string, string>>, term: string): string | undefined {
  return Object.entries(names).find(([, value]) => value === term)?.[0];
}
