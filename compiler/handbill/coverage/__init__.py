"""Every branch: which arms and loops of a template are reached, and contexts for those that no example reaches.

`probes` notes what a render reaches, `sites` knows what there is, `solver` turns the conditions around an arm into
contexts of the contract, `search` tries them, `judged` tells what they show to be wrong.
"""
