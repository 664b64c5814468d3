/** Problems of who somebody is: certificates, accounts, enrolment, mandates, competence. */
import type { TextsOf } from './texts-of.ts'

export const MEMBER_TEXTS = {
  'certificate-missing': [
    'Un certificat client est requis',
    'Connect with the client certificate that your network issued.',
    'Connectez-vous avec le certificat client émis par votre réseau.',
  ],
  'certificate-unknown': [
    'Le certificat ne désigne aucun membre de ce réseau',
    'Check which URI the certificate carries, and ask the operator whether that organisation is entered.',
    'Vérifiez l’URI que porte le certificat et demandez à l’exploitant si cette organisation est inscrite.',
  ],
  'certificate-revoked': [
    'Le certificat a été révoqué',
    'Use the renewed certificate, or call the operator.',
    'Utilisez le certificat renouvelé ou appelez l’exploitant.',
  ],
  'certificate-expired': [
    'Le certificat n’est pas valable en ce moment',
    'Use the renewed certificate; if there is none, enrol again with a new code.',
    'Utilisez le certificat renouvelé ; à défaut, inscrivez-vous de nouveau avec un nouveau code.',
  ],
  'proof-refused': [
    'La clé d’accès n’a pas prouvé cela',
    'Go back, load the page again, and use a passkey that you added to these pages.',
    'Revenez en arrière, rechargez la page et utilisez une clé d’accès que vous avez ajoutée à ces pages.',
  ],
  'account-closed': [
    'Ce compte n’ouvre plus rien',
    'Ask whoever gave you the account: it has ended, or the mandate that it stands on has.',
    'Adressez-vous à la personne qui vous a donné le compte : il a pris fin, ou le mandat sur lequel il repose a pris fin.',
  ],
  'sign-in-refused': [
    'La connexion a été refusée',
    'Begin again from the sign-in page; if it goes on, ask an operator whether your account names you there.',
    'Recommencez depuis la page de connexion ; si cela persiste, demandez à un exploitant si votre compte vous y désigne.',
  ],
  'issuer-unavailable': [
    'La connexion de votre organisation ne répond pas',
    'Try again in a few minutes, or sign in with a passkey.',
    'Réessayez dans quelques minutes, ou connectez-vous avec une clé d’accès.',
  ],
  'certificate-request-refused': [
    'La demande de certificat n’est pas de celles auxquelles il est répondu',
    'Make a new P-256 key, sign a new request with it, and send that once.',
    'Créez une nouvelle clé P-256, signez-en une nouvelle demande et envoyez-la une seule fois.',
  ],
  'key-request-refused': [
    'La demande d’inscription de clés n’est pas conservée',
    'Ask for the keys of the organisation that your certificate names; passerelle agency join makes such a request.',
    'Demandez l’inscription des clés de l’organisation que nomme votre certificat ; passerelle agency join prépare cette demande.',
  ],
  'renewal-unavailable': [
    'Cette passerelle ne délivre pas de certificats',
    'Ask the operator for a certificate, or try again later.',
    'Demandez un certificat à l’exploitant ou réessayez plus tard.',
  ],
  'enrolment-refused': [
    'Le code n’admet pas cette organisation',
    'Check the code and the name of the organisation; after ten tries that were nearly right, or a day, ask the officer for a new code.',
    'Vérifiez le code et le nom de l’organisation ; après dix essais presque justes, ou un jour, demandez un nouveau code au responsable.',
  ],
  'participant-suspended': [
    'Ce membre est suspendu',
    'Nothing is taken until the operator lifts the suspension.',
    'Rien n’est accepté tant que l’exploitant n’a pas levé la suspension.',
  ],
  'competence-expired': [
    'La compétence de ce membre a pris fin',
    'Have the agreement renewed and its new end entered.',
    'Faites renouveler la convention et inscrire sa nouvelle échéance.',
  ],
  'request-from-elsewhere': [
    'La demande a été lancée par un autre site',
    'Open the page itself and do it there.',
    'Ouvrez la page elle-même et faites-le là.',
  ],
  'mandate-unproven': [
    'Le mandat doit être prouvé par une assertion signée',
    'Send a fresh assertion, signed with the key of the mandate, as a Bearer token.',
    'Envoyez une assertion récente, signée avec la clé du mandat, comme jeton Bearer.',
  ],
  'mandate-unknown': [
    'Mandat inconnu',
    'There is no such mandate in your organisation.',
    'Ce mandat n’existe pas dans votre organisation.',
  ],
  'not-competent': [
    'Ce membre ne peut pas l’affirmer',
    'Take out what your organisation has no competence to state, or let the competent service send it.',
    'Retirez ce que votre organisation n’a pas compétence pour affirmer, ou laissez le service compétent l’envoyer.',
  ],
} as const satisfies TextsOf
