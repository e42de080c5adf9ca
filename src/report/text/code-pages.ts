/** What every code means and what to do about it: the pages of `godwit explain CODE`. */
import type { ErrorCode } from '../../errors.ts';
import type { DiagnosisCode } from '../../model/diagnosis.ts';
import type { ReasonCode } from '../../model/reason.ts';
import { diagnosisPages } from './pages/diagnoses.ts';
import { errorPages } from './pages/errors.ts';
import type { CodePage } from './pages/page.ts';
import { reasonPages } from './pages/reasons.ts';

export type PageCode = ReasonCode | DiagnosisCode | ErrorCode;

/** Every code has a page; one without does not compile. */
export const codePages: Readonly<Record<PageCode, CodePage>> = { ...diagnosisPages, ...errorPages, ...reasonPages };
