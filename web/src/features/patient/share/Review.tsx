import { Alert, Card, Stack, Text } from "@mantine/core";
import { IconUsersGroup } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { provisionOf, type Terms } from "../../../client/consent";
import { toHex } from "../../../core/bytes";
import { Section } from "../../../ui/Section";
import { Loaded } from "../../shared/Loaded";
import { readText } from "./legal";
import { PolicyList } from "./PolicyList";

/** What the review needs. */
export interface ReviewProps {
  readonly terms: Terms;
  readonly owner: string;
  readonly genes: boolean;
  /** The answers; they are shown only when the registered text is there to be read. */
  readonly children: ReactNode;
}

/** Everything that was chosen, once more, and the whole registered text below it. */
export function Review({ terms, owner, genes, children }: ReviewProps) {
  const { t } = useTranslation("patient");
  const text = useQuery({ queryKey: ["text", toHex(terms.text.textSha256)], queryFn: () => readText(terms.text) });
  return (
    <Stack gap="xl">
      <Card>
        <PolicyList provision={provisionOf(terms, owner)} />
      </Card>
      {genes && (
        <Alert color="yellow" icon={<IconUsersGroup aria-hidden />} title={t("family.title")}>
          {t("family.text")}
        </Alert>
      )}
      <Section title={t("review.stopTitle")}>
        <Text>{t("stop.does")}</Text>
        <Text>{t("stop.cannot")}</Text>
      </Section>
      <Section title={t("review.text")} lead={t("review.textLead")}>
        <Loaded query={text}>
          {(words) => (
            <Stack>
              <Card>
                <Text lang={terms.text.language} style={{ whiteSpace: "pre-line" }}>
                  {words}
                </Text>
              </Card>
              {children}
            </Stack>
          )}
        </Loaded>
      </Section>
    </Stack>
  );
}
