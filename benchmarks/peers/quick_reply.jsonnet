function(context) {
  type: 'send',
  content: {
    type: 'template',
    template_type: 'quick_reply',
    content: [{ type: 'text', text: 'Hi %(first_name)s, shall we call you about %(topic)s?' % context }],
    buttons: [
      { type: 'button', text: 'Yes', value: context.yes },
      { type: 'button', text: 'No', value: context.no },
      { type: 'button', text: 'Later', value: context.later },
    ],
  },
}
