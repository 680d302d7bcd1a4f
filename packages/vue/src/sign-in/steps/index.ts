import type { StepKind, StepView } from '@cardea/core/sign-in'
import type { Component } from 'vue'
import ChooseStep from './ChooseStep.vue'
import CodeStep from './CodeStep.vue'
import ConsentStep from './ConsentStep.vue'
import FieldsStep from './FieldsStep.vue'
import PasskeyStep from './PasskeyStep.vue'
import PasswordStep from './PasswordStep.vue'
import TotpEnrolmentStep from './TotpEnrolmentStep.vue'

/** Each kind of step has its component. */
export const steps: { readonly [K in StepKind]: Component<{ view: StepView }> } = {
  identifier: FieldsStep,
  fields: FieldsStep,
  password: PasswordStep,
  code: CodeStep,
  choose: ChooseStep,
  passkey: PasskeyStep,
  'enrol-passkey': PasskeyStep,
  'enrol-totp': TotpEnrolmentStep,
  consent: ConsentStep,
}
