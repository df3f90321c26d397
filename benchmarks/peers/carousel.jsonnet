function(context) {
  type: 'send',
  content: {
    type: 'template',
    template_type: 'carousel',
    cards: [
      {
        type: 'card',
        title: product.title,
        subtitle: product.subtitle,
        image: { url: product.image_url },
        buttons: [
          { type: 'button', text: 'View', url: product.page_url },
          { type: 'button', text: 'Add to cart', value: product.cart },
          { type: 'button', text: product.ask_label, value: product.ask },
        ],
      }
      for product in context.products
    ],
  },
}
