select parent, component, qty_per as quantity from bom
