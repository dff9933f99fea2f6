import { Alert, Button, Stack } from "@mantine/core";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { allow, registeredText, type Terms } from "../../../client/consent";
import { datasetView, holdsGenes } from "../../../client/dataset";
import type { Sent } from "../../../client/desk";
import { type Dataset, Kind } from "../../../gen/volens/dataset/v1/dataset_pb";
import { Answers } from "../../../ui/Answers";
import { Page } from "../../../ui/Page";
import { Problem } from "../../../ui/Problem";
import { Steps } from "../../../ui/Steps";
import { Loaded } from "../../shared/Loaded";
import { useSession, useVault } from "../../shared/session";
import { useAction } from "../../shared/useAction";
import { useChain } from "../../shared/useChain";
import { AllowedReceipt } from "./AllowedReceipt";
import { type Answer, complete, type Draft, questionsFor, termsOf } from "./draft";
import { Question } from "./Question";
import { Quiz } from "./Quiz";
import { Review } from "./Review";

/** Chooses what to share, one question a screen, nothing ticked; then the questions, and a last look at all of it. */
export default function SharePage() {
  const { t } = useTranslation("patient");
  const { id = "" } = useParams({ strict: false });
  const vault = useVault();
  const query = useChain(["dataset", id], (node) => datasetView(node, id));
  if (vault.status === "open" && !vault.backedUp) {
    return (
      <Page title={t("share.title")} back={`/data/${id}`}>
        <Alert color="yellow" title={t("share.words.title")}>
          <Stack align="flex-start">
            {t("share.words.text")}
            <Button component={Link} to="/welcome/words">
              {t("home.backup.action")}
            </Button>
          </Stack>
        </Alert>
      </Page>
    );
  }
  if (query.data) return <Walk dataset={query.data.dataset} />;
  return (
    <Page title={t("share.title")} back={`/data/${id}`}>
      <Loaded query={query}>{() => null}</Loaded>
    </Page>
  );
}

function Walk({ dataset }: { dataset: Dataset }) {
  const { t } = useTranslation("patient");
  const kind = dataset.payload?.kind ?? Kind.UNSPECIFIED;
  const [draft, setDraft] = useState<Draft>({});
  const [place, setPlace] = useState(0);
  const [sent, setSent] = useState<Sent>();
  const navigate = useNavigate();
  const questions = questionsFor(draft, kind);
  const total = questions.length + 2;
  const answer = (value: Partial<Answer>) => {
    setDraft({ ...draft, ...value });
    setPlace(place + 1);
  };
  const back = () => (place === 0 ? void navigate({ to: `/data/${dataset.id}` }) : setPlace(place - 1));
  const steps = <Steps at={place + 1} of={total} />;
  const question = questions[place];
  if (sent) return <AllowedReceipt sent={sent} datasetId={dataset.id} />;
  if (question) {
    return (
      <Page key={question} title={t(`choose.${question}.title`)} lead={t(`choose.${question}.lead`)}>
        {steps}
        <Question question={question} kind={kind} onAnswer={answer} onBack={back} />
      </Page>
    );
  }
  if (place === questions.length || !complete(draft)) {
    return (
      <Page key="quiz" title={t("quiz.title")} lead={t("quiz.lead")}>
        {steps}
        <Quiz genes={holdsGenes(kind)} onPassed={() => answer({ understood: true })} onBack={back} />
      </Page>
    );
  }
  return (
    <Page key="review" title={t("review.title")} lead={t("review.lead")}>
      {steps}
      <LastLook answer={draft} dataset={dataset} onSent={setSent} />
    </Page>
  );
}

interface LastLookProps {
  readonly answer: Answer;
  readonly dataset: Dataset;
  readonly onSent: (sent: Sent) => void;
}

function LastLook({ answer, dataset, onSent }: LastLookProps) {
  const { t, i18n } = useTranslation("patient");
  const { person } = useSession();
  const navigate = useNavigate();
  const text = useChain(["text", i18n.language], (node) => registeredText(node, i18n.language));
  const give = useAction((terms: Terms) => allow(person, dataset, terms), onSent);
  const kind = dataset.payload?.kind ?? Kind.UNSPECIFIED;
  return (
    <Loaded query={text}>
      {(template) => {
        const terms = termsOf(answer, template, dataset);
        return (
          <Review terms={terms} owner={dataset.owner} genes={holdsGenes(kind)}>
            {give.fault && <Problem fault={give.fault} />}
            <Answers
              no={t("review.no")}
              yes={t("review.yes")}
              onNo={() => void navigate({ to: `/data/${dataset.id}` })}
              onYes={() => give.run(terms)}
              busy={give.busy}
            />
          </Review>
        );
      }}
    </Loaded>
  );
}
