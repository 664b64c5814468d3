/* Says that scripts run here, and shows what a form would give while somebody is still choosing. Every page works without. */
'use strict'
{
  document.documentElement.classList.add('js-enabled')

  const policy = window.trustedTypes?.createPolicy('passerelle', { createHTML: (text) => text })

  /** A part of another page of ours, as nodes that no script runs in. */
  async function partOf(address, id, signal) {
    const reply = await fetch(address, { credentials: 'same-origin', signal })
    if (!reply.ok || reply.redirected) return undefined
    const text = await reply.text()
    const page = new DOMParser().parseFromString(policy === undefined ? text : policy.createHTML(text), 'text/html')
    return page.getElementById(id)
  }

  function previews(form) {
    const id = form.dataset.preview
    let timer
    let asking
    const ask = async () => {
      asking?.abort()
      asking = new AbortController()
      const address = `${form.getAttribute('action')}?${new URLSearchParams(new FormData(form))}`
      try {
        const part = await partOf(address, id, AbortSignal.any([asking.signal, AbortSignal.timeout(10_000)]))
        const shown = document.getElementById(id)
        if (part !== null && part !== undefined && shown !== null)
          shown.replaceChildren(...document.adoptNode(part).childNodes)
      } catch {
        // The button of the form still does it.
      }
    }
    form.addEventListener('input', () => {
      clearTimeout(timer)
      timer = setTimeout(ask, 300)
    })
  }

  for (const form of document.querySelectorAll('form[data-preview]')) previews(form)

  /** A second press within a second is one press. */
  document.addEventListener('submit', (event) => {
    const button = event.submitter
    if (button?.dataset.preventDoubleClick !== 'true') return
    const last = Number(button.dataset.pressed ?? 0)
    if (event.timeStamp - last < 1000 && last > 0) event.preventDefault()
    else button.dataset.pressed = String(event.timeStamp)
  })

  /** Errors are read first. */
  document.querySelector('.govuk-error-summary')?.setAttribute('tabindex', '-1')
  document.querySelector('.govuk-error-summary')?.focus()
}
